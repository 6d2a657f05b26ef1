//! Where transcripts come from, as UTF-8: receives a file or standard input, unpacks it, finds out its encoding, hands on a
//! reader of text. A file that is UTF-8 passes as it is, with its mark and its faults.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, Encoding, GB18030, UTF_8};
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::meter::Meter;
use super::{BOM, Input, explain};
use crate::problem::{Problems, note};

/// Bytes from which the encoding is guessed.
const SAMPLE: usize = 64 << 10;

type Bytes = BufReader<Box<dyn Read>>;

/// A transcript that has been opened.
pub(crate) struct Source {
    /// The text, or the bytes of a workbook.
    pub(crate) reader: Bytes,
    /// What the bytes were before.
    pub(crate) encoding: &'static Encoding,
}

impl Source {
    /// Opens an input; a failure is reported and gives `None`. A guessed encoding is said on standard error.
    pub(crate) fn open(input: &Input, fixed: Option<&'static Encoding>, meter: &Meter, problems: &mut Problems) -> Option<Self> {
        let opened = match input {
            Input::Stdin => Self::new(meter.wrap(io::stdin().lock()), true, fixed, &input.name()),
            Input::File(path) => File::open(path).and_then(|file| Self::new(meter.wrap(file), false, fixed, &input.name())),
        };
        opened.map_err(|error| problems.report(format_args!("{}: {}", input.name(), explain(&error)))).ok()
    }

    fn new(bytes: Box<dyn Read>, live: bool, fixed: Option<&'static Encoding>, name: &str) -> io::Result<Self> {
        let mut unpacked = unpack(buffered(bytes))?;
        let sample = sample(&mut unpacked, live)?;
        let reader = |unpacked, sample: Vec<u8>| Box::new(Cursor::new(sample).chain(unpacked)) as Box<dyn Read>;
        if is_workbook(&sample) {
            return Ok(Self { reader: buffered(reader(unpacked, sample)), encoding: UTF_8 });
        }
        let encoding = match fixed {
            Some(fixed) => fixed,
            None => {
                let marked = Encoding::for_bom(&sample).map(|(encoding, _)| encoding);
                let encoding = marked.unwrap_or_else(|| guess(&sample));
                if marked.is_none() && encoding != UTF_8 {
                    note(format_args!(
                        "{name}: not UTF-8, read as {}; if words look wrong, say --encoding GB18030, Big5, …",
                        encoding.name()
                    ));
                }
                encoding
            }
        };
        let text = reader(unpacked, sample);
        let text = if encoding == UTF_8 { text } else { Box::new(Transcoder::new(text, encoding)) };
        Ok(Self { reader: buffered(text), encoding })
    }

    /// The beginning, without the mark; empty where nothing can be read.
    pub(crate) fn peek(&mut self) -> &[u8] {
        let start = self.reader.fill_buf().unwrap_or_default();
        start.strip_prefix(BOM).unwrap_or(start)
    }

    /// All of it, unless it is longer than `limit` bytes.
    pub(crate) fn read_all(self, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        self.reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() <= limit).then_some(bytes))
    }
}

/// Whether the bytes are those of an Excel or OpenDocument file.
pub(crate) fn is_workbook(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0")
}

fn buffered(bytes: Box<dyn Read>) -> Bytes {
    BufReader::with_capacity(SAMPLE, bytes)
}

fn unpack(mut bytes: Bytes) -> io::Result<Box<dyn Read>> {
    Ok(match bytes.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(bytes)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(Frames { source: bytes, decoder: FrameDecoder::new(), open: false }),
        _ => Box::new(bytes),
    })
}

/// The first bytes; of a live input only those that are there, so that nobody waits for more.
fn sample(bytes: &mut dyn Read, live: bool) -> io::Result<Vec<u8>> {
    let mut sample = vec![0; SAMPLE];
    let mut length = 0;
    while let Some(room) = sample.get_mut(length..).filter(|room| !room.is_empty()) {
        match bytes.read(room) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // What was read so far is still good; the error comes again when the rest is read.
            Err(_) if length > 0 => break,
            Err(error) => return Err(error),
        }
        if live {
            break;
        }
    }
    sample.truncate(length);
    Ok(sample)
}

/// The encoding of text that does not say: UTF-8 even if some of it is broken, else what Chinese is written in.
fn guess(sample: &[u8]) -> &'static Encoding {
    let (mut good, mut broken) = (0, 0);
    for chunk in sample.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| !byte.is_ascii()).count();
        broken += chunk.invalid().len();
    }
    // The sample may end within a character.
    let cut = sample.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
    if broken <= cut.min(3) && (good > 0 || broken == 0) || good > broken * 4 {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    if [GB18030, encoding_rs::GBK].contains(&guessed) || fits(GB18030, sample) && !fits(BIG5, sample) {
        GB18030
    } else if guessed == BIG5 || fits(BIG5, sample) && !fits(GB18030, sample) {
        BIG5
    } else if fits(GB18030, sample) {
        GB18030
    } else {
        UTF_8
    }
}

/// Whether the bytes are text of an encoding, the last character perhaps cut in two.
fn fits(encoding: &'static Encoding, sample: &[u8]) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = String::with_capacity(decoder.max_utf8_buffer_length(sample.len()).unwrap_or_default());
    let (_, _, broken) = decoder.decode_to_string(sample, &mut out, false);
    !broken
}

/// Text of another encoding as UTF-8; what is not of that encoding becomes U+FFFD.
struct Transcoder {
    source: Bytes,
    decoder: Decoder,
    decoded: Cursor<Vec<u8>>,
    ended: bool,
}

impl Transcoder {
    fn new(source: Box<dyn Read>, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { source: buffered(source), decoder, decoded: Cursor::default(), ended: false }
    }
}

impl Read for Transcoder {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.decoded.read(into)?;
            if read > 0 || self.ended || into.is_empty() {
                return Ok(read);
            }
            let bytes = self.source.fill_buf()?;
            self.ended = bytes.is_empty();
            let mut decoded = std::mem::take(&mut self.decoded).into_inner();
            decoded.resize(self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(SAMPLE), 0);
            let (_, used, written, _) = self.decoder.decode_to_utf8(bytes, &mut decoded, self.ended);
            decoded.truncate(written);
            self.source.consume(used);
            self.decoded = Cursor::new(decoded);
        }
    }
}

/// The frames of a Zstandard file one after the other.
struct Frames {
    source: Bytes,
    decoder: FrameDecoder,
    open: bool,
}

impl Read for Frames {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let broken = |error: FrameDecoderError| io::Error::new(ErrorKind::InvalidData, format!("broken .zst: {error}"));
        loop {
            if self.open {
                while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                    self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1)).map_err(broken)?;
                }
                let read = self.decoder.read(into)?;
                if read > 0 || into.is_empty() {
                    return Ok(read);
                }
                self.open = false;
            }
            if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => self.open = true,
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(broken(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let call = "客服：您好，请问有什么可以帮您？\n客户：我的订单还没有收到，已经三天了。\n";
        let taiwan = "客服：您好，請問有什麼可以為您服務？\n客戶：我的訂單還沒有收到，已經三天了。\n";
        assert_eq!(guess(call.as_bytes()), UTF_8);
        assert_eq!(guess(&call.as_bytes()[..call.len() - 2]), UTF_8);
        assert_eq!(guess(&[call.as_bytes(), b"\xff"].concat()), UTF_8);
        assert_eq!(guess(b"agent: hello"), UTF_8);
        for text in [call, "客服：急什么\n"] {
            assert_eq!(guess(&GB18030.encode(text).0), GB18030, "{text}");
        }
        for text in [taiwan, "客服：急什麼\n客戶：你們太慢了"] {
            assert_eq!(guess(&BIG5.encode(text).0), BIG5, "{text}");
        }
    }

    #[test]
    fn text_is_decoded_whatever_the_size_of_reads() {
        let text = "客服：您好𠮷\n".repeat(9);
        let bytes = GB18030.encode(&text).0.into_owned();
        for size in 1..7 {
            let source = BufReader::with_capacity(size, Cursor::new(bytes.clone()));
            let mut read = String::new();
            BufReader::with_capacity(size, Transcoder::new(Box::new(source), GB18030)).read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn frames_follow_each_other() {
        use ruzstd::encoding::{CompressionLevel, compress_to_vec};
        let frame = |text: &'static str| compress_to_vec(text.as_bytes(), CompressionLevel::Fastest);
        let skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec();
        let bytes = [frame("客服：一\n"), skipped, frame("客户：二\n")].concat();
        let mut text = String::new();
        unpack(buffered(Box::new(Cursor::new(bytes.clone())))).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "客服：一\n客户：二\n");
        let cut = bytes[..bytes.len() - 5].to_vec();
        assert!(unpack(buffered(Box::new(Cursor::new(cut)))).unwrap().read_to_string(&mut text).is_err());
    }
}
