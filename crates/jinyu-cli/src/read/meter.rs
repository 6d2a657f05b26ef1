//! Bytes on their way in: counted for who waits, hashed for who asks later what a report was made from.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A file or stream that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct InputFacts {
    pub(crate) file: String,
    /// As they were read, before unpacking.
    pub(crate) bytes: u64,
    /// Of all these bytes; none where the input was not read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
}

/// Counts the bytes of all inputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    all: Arc<AtomicU64>,
    input: Arc<Mutex<State>>,
}

/// What is known of the input that is being read.
#[derive(Clone, Debug, Default)]
struct State {
    bytes: u64,
    hash: Sha256,
    ended: bool,
}

impl Meter {
    /// Bytes of all inputs so far.
    pub(crate) fn all(&self) -> u64 {
        self.all.load(Ordering::Relaxed)
    }

    /// The same input, counted and hashed as it is read.
    pub(crate) fn wrap(&self, source: impl Read + 'static) -> Box<dyn Read> {
        Box::new(Metered { source, meter: self.clone() })
    }

    /// What is known of the input, which has been read as far as it goes. The next one begins.
    pub(crate) fn finish(&self, file: &str) -> InputFacts {
        let State { bytes, hash, ended } = std::mem::take(&mut *self.input.lock().unwrap_or_else(PoisonError::into_inner));
        let digits = |hash: Sha256| {
            hash.finalize().iter().fold(String::new(), |mut digits, byte| {
                let _ = write!(digits, "{byte:02x}");
                digits
            })
        };
        InputFacts { file: file.to_owned(), bytes, sha256: ended.then(|| digits(hash)) }
    }
}

struct Metered<R> {
    source: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let mut state = self.meter.input.lock().unwrap_or_else(PoisonError::into_inner);
        state.bytes += read as u64;
        state.ended |= read == 0 && !buffer.is_empty();
        state.hash.update(buffer.get(..read).unwrap_or_default());
        self.meter.all.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_to_its_end_has_a_hash() {
        let meter = Meter::default();
        let mut source = meter.wrap(b"abc".as_slice());
        source.read_to_end(&mut Vec::new()).unwrap();
        let facts = meter.finish("a");
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((facts.bytes, facts.sha256.as_deref()), (3, Some(expected)));
        let mut source = meter.wrap(b"abc".as_slice());
        source.read_exact(&mut [0; 2]).unwrap();
        assert_eq!(meter.finish("b"), InputFacts { file: "b".to_owned(), bytes: 2, sha256: None });
        assert_eq!(meter.all(), 5);
    }
}
