//! Where something stands in a text. Receives byte offsets from the scan, hands them on in the three units that
//! callers count in; knows nothing of rules.

use serde::{Deserialize, Serialize};

/// A half-open range of bytes in the original text, always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` up to but not including `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether no byte lies inside.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether both share at least one byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies inside.
    #[must_use]
    pub fn encloses(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The part of `text` that the span covers; empty when `text` is not the one that the span was made for.
    ///
    /// ```
    /// use jinyu::Span;
    /// assert_eq!(Span::new(3, 9).slice("你弄错了"), "弄错");
    /// ```
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }

    /// The span counted in bytes, characters and UTF-16 units of `text`.
    ///
    /// Cost: linear in the part of `text` up to the span's end.
    ///
    /// ```
    /// use jinyu::Span;
    /// let positions = Span::new(4, 10).positions("👌弄错");
    /// assert_eq!(positions.char, [1, 3]);
    /// assert_eq!(positions.utf16, [2, 4]);
    /// ```
    #[must_use]
    pub fn positions(self, text: &str) -> Positions {
        let mut chars = [0, 0];
        let mut units = [0, 0];
        for (at, c) in text.char_indices() {
            if at >= self.end {
                break;
            }
            if at < self.start {
                chars[0] += 1;
                units[0] += c.len_utf16();
            }
            chars[1] += 1;
            units[1] += c.len_utf16();
        }
        Positions { byte: [self.start, self.end], char: chars, utf16: units }
    }
}

/// A span in three units, each half-open: `[start, end]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Positions {
    /// In UTF-8 bytes.
    pub byte: [usize; 2],
    /// In characters (Unicode scalar values).
    pub char: [usize; 2],
    /// In UTF-16 code units, as JavaScript, Java and C# count.
    pub utf16: [usize; 2],
}
