//! Messages about bad input: `jinyu: file:line: what is wrong; what to do`, on standard error, counted for the exit
//! code. Work goes on after each of them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use crate::locale::Locale;
use crate::progress::aside;

/// How many messages of one kind a file may cause before they are only counted.
const SHOWN_PER_FILE: usize = 5;

/// What was wrong with the input so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    locale: Option<Locale>,
    count: usize,
    of_file: BTreeMap<&'static str, usize>,
}

impl Problems {
    /// None so far, to be told in this language, or that of the environment.
    pub(crate) fn new(locale: Option<Locale>) -> Self {
        Self { locale, ..Self::default() }
    }

    /// The language of whoever reads them.
    pub(crate) fn locale(&self) -> Locale {
        self.locale.unwrap_or_else(Locale::from_environment)
    }

    /// How many there were, those that were only counted included.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Says what is wrong and counts it.
    pub(crate) fn report(&mut self, message: impl Display) {
        self.count += 1;
        note(message);
    }

    /// The same for something that may be wrong with each line of a file; `kind` ends the sentence
    /// "and 12 more lines …" which [`Self::end_of_file`] writes in place of the twelve.
    pub(crate) fn report_line(&mut self, kind: &'static str, message: impl Display) {
        self.count += 1;
        let seen = self.of_file.entry(kind).or_default();
        *seen += 1;
        if *seen <= SHOWN_PER_FILE {
            note(message);
        }
    }

    /// Sums up what was only counted.
    pub(crate) fn end_of_file(&mut self, file: &str) {
        for (kind, seen) in std::mem::take(&mut self.of_file) {
            if let Some(more @ 1..) = seen.checked_sub(SHOWN_PER_FILE) {
                note(format_args!("{file}: and {more} more {} {kind}", if more == 1 { "line" } else { "lines" }));
            }
        }
    }
}

/// Says something on standard error that is worth knowing but no error.
pub(crate) fn note(message: impl Display) {
    // In one write: nothing buffers standard error, and the report may go to the same terminal.
    let message = format!("jinyu: {message}\n");
    aside(|| {
        // Nobody is left to tell when standard error is closed.
        let _ = io::stderr().lock().write_all(message.as_bytes());
    });
}
