//! One page that holds everything and asks no network: figures first, then the conversations, found by filters and opened one by one.
//! Receives judged conversations in order. What is shown of each is written at once to files without a name, packed by the block, so that
//! memory stays flat; the page is put together at the end. A browser unpacks a block when one of its conversations is opened.

mod chart;
mod detail;
mod page;
mod sums;
mod words;

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};

use anyhow::Result;
use askama::Template;
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use jinyu::Checker;
use serde::Serialize;

use self::detail::{Entry, Names};
use self::sums::Sums;
use super::file::FileReport;
use super::{Audited, Tally};
use crate::locale::{Locale, Translator};

/// Conversations that are packed together: one is opened by unpacking so many.
const BLOCK: usize = 100;

/// Gathers what the page shows.
pub(crate) struct HtmlReport {
    out: File,
    locale: Locale,
    translator: Translator,
    names: Names,
    sums: Sums,
    /// A JSON array with an entry for each conversation, without its brackets.
    index: BufWriter<File>,
    /// Script elements, one a block.
    blocks: BufWriter<File>,
    /// JSON Lines of the block that is being filled.
    block: Vec<u8>,
    conversations: usize,
}

impl HtmlReport {
    pub(crate) fn new(out: File, locale: Locale) -> Result<Self> {
        Ok(Self {
            out,
            locale,
            translator: Translator::new(locale),
            names: Names::default(),
            sums: Sums::default(),
            index: BufWriter::new(tempfile::tempfile()?),
            blocks: BufWriter::new(tempfile::tempfile()?),
            block: Vec::new(),
            conversations: 0,
        })
    }

    fn close_block(&mut self) -> Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let number = (self.conversations - 1) / BLOCK;
        write!(self.blocks, "<script type=\"application/octet-stream\" id=\"block-{number}\">")?;
        let mut packed = GzEncoder::new(EncoderWriter::new(&mut self.blocks, &STANDARD), Compression::new(6));
        packed.write_all(&self.block)?;
        packed.finish()?.finish()?;
        self.blocks.write_all(b"</script>\n")?;
        self.block.clear();
        Ok(())
    }
}

impl FileReport for HtmlReport {
    fn conversation(&mut self, audited: &Audited) -> Result<()> {
        if self.conversations > 0 && self.conversations.is_multiple_of(BLOCK) {
            self.close_block()?;
        }
        let detail = detail::detail(audited, &mut self.names, &mut self.translator);
        serde_json::to_writer(&mut self.block, &detail)?;
        self.block.push(b'\n');
        if self.conversations > 0 {
            self.index.write_all(b",\n")?;
        }
        write_harmless(&mut self.index, &Entry::new(audited, &mut self.names))?;
        self.sums.count(audited);
        self.conversations += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>, tally: &Tally, checker: &Checker) -> Result<()> {
        self.close_block()?;
        let Self { out, locale, mut translator, names, sums, index, blocks, .. } = *self;
        let mut out = BufWriter::new(out);
        let page = page::Page::new(locale, &mut translator, tally, &sums, &names, checker);
        page.write_into(&mut out)?;
        out.write_all(b"<script type=\"application/json\" id=\"facts\">")?;
        write_harmless(&mut out, &names.facts(locale, &mut translator, BLOCK))?;
        out.write_all(b"</script>\n<script type=\"application/json\" id=\"index\">[")?;
        append(index, &mut out)?;
        out.write_all(b"]</script>\n")?;
        append(blocks, &mut out)?;
        page::Foot.write_into(&mut out)?;
        Ok(out.flush()?)
    }
}

/// Copies all that was written to a file.
fn append(written: BufWriter<File>, out: &mut impl Write) -> Result<()> {
    let mut file = written.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    io::copy(&mut BufReader::new(file), out)?;
    Ok(())
}

/// Writes JSON in which no character can end the script element that holds it.
fn write_harmless(out: &mut impl Write, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_vec(value)?;
    // In JSON a `<` only stands inside strings.
    for (number, part) in json.split(|byte| *byte == b'<').enumerate() {
        if number > 0 {
            out.write_all(b"\\u003c")?;
        }
        out.write_all(part)?;
    }
    Ok(())
}
