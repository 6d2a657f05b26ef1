//! Replaces a file as a whole or not at all: what is written goes into a file beside it, which then takes its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

/// A file that will take another's place; thrown away unless it is put there.
pub(crate) struct Replacement {
    target: PathBuf,
    beside: PathBuf,
    writer: BufWriter<File>,
    placed: bool,
}

impl Replacement {
    /// Opens a file beside `path`, with the same permissions. A link is followed, so that it stays one.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        let target = path.canonicalize()?;
        let permissions = fs::metadata(&target)?.permissions();
        if permissions.readonly() {
            return Err(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "the file is read-only; make it writable"));
        }
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = target.with_file_name(format!(".{name}.jinyu-{}", process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        // From here on the file is removed again whatever happens.
        let replacement = Self { target, beside, writer: BufWriter::new(file), placed: false };
        fs::set_permissions(&replacement.beside, permissions)?;
        Ok(replacement)
    }

    pub(crate) fn writer(&mut self) -> &mut impl Write {
        &mut self.writer
    }

    /// Takes the other file's place.
    pub(crate) fn put_in_place(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()?;
        fs::rename(&self.beside, &self.target)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.placed {
            // Nothing can be done about a file that will not go; the user's own is untouched.
            let _ = fs::remove_file(&self.beside);
        }
    }
}
