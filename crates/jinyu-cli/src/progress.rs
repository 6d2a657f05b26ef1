//! How far an audit has come, on a terminal's standard error: conversations, their rate, and how long the rest may take, by the bytes of
//! the files. Messages of other parts go past it without being written over.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::locale::Locale;
use crate::read::meter::Meter;

/// The bar that is on the screen; there is one terminal.
static SHOWN: OnceLock<ProgressBar> = OnceLock::new();

/// Conversations after which the screen is brought up to date.
const EVERY: usize = 32;

/// A bar that may be hidden.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    meter: Meter,
    locale: Locale,
    begun: Instant,
    conversations: usize,
}

impl Progress {
    /// A bar; hidden unless standard error is a terminal and `alone` says that nothing else is written to it.
    pub(crate) fn new(meter: &Meter, locale: Locale, alone: bool) -> Self {
        let bar = if alone && io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
            SHOWN.get_or_init(|| bar).clone()
        } else {
            ProgressBar::hidden()
        };
        Self { bar, meter: meter.clone(), locale, begun: Instant::now(), conversations: 0 }
    }

    /// Says how many bytes all inputs have; without it there is no estimate.
    pub(crate) fn total(&mut self, bytes: u64) {
        let left = self.locale.pick("还需{eta}", "還需{eta}", "{eta} left");
        if let Ok(style) = ProgressStyle::with_template(&format!("{{bar:30}} {{percent:>3}}% {{msg}}{left}")) {
            self.bar.set_style(style);
        }
        self.bar.set_length(bytes);
    }

    /// Another conversation has been read.
    pub(crate) fn step(&mut self) {
        self.conversations += 1;
        if self.bar.is_hidden() || !self.conversations.is_multiple_of(EVERY) {
            return;
        }
        let rate = self.conversations as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        let name = self.locale.pick("段对话", "段對話", "conversations");
        self.bar.set_position(self.meter.all());
        self.bar.set_message(format!("{} {name}, {rate:.0}/s, ", self.conversations));
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Does something to standard error while no bar is in the way.
pub(crate) fn aside(write: impl FnOnce()) {
    match SHOWN.get() {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}
