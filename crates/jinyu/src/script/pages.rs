//! Two-stage tables over the Basic Multilingual Plane, built while the crate compiles.
//!
//! Receives lines of characters from `table.rs`, which people can read and compare; hands on arrays that need no work at start
//! and one dependent load per character. Nothing here runs after compilation but [`Pages::get`].

/// Code points per page, and pages per plane.
const SIDE: usize = 256;

/// A value for each code point of the Basic Multilingual Plane; pages without any value share one.
#[derive(Debug)]
pub(crate) struct Pages<T, const N: usize> {
    index: [u8; SIDE],
    pages: [[T; SIDE]; N],
    none: T,
}

impl<T: Copy, const N: usize> Pages<T, N> {
    /// The value of a character; that of the empty page for those outside the plane.
    #[inline]
    pub(crate) fn get(&self, c: char) -> T {
        let code = u32::from(c);
        if code > 0xFFFF {
            return self.none;
        }
        let (page, place) = ((code >> 8) as u8, code as u8);
        // The index holds numbers of pages only, so the default is never taken.
        self.index
            .get(usize::from(page))
            .and_then(|&page| self.pages.get(usize::from(page)))
            .and_then(|page| page.get(usize::from(place)))
            .copied()
            .unwrap_or(self.none)
    }
}

/// The pages that lines of characters need, and the empty one.
#[expect(clippy::indexing_slicing, reason = "runs while compiling, where a wrong index is a compile error")]
pub(crate) const fn needed(groups: &[&[&str]]) -> usize {
    let mut used = [false; SIDE];
    let mut count = 1;
    let mut group = 0;
    while group < groups.len() {
        let mut line = 0;
        while line < groups[group].len() {
            let mut rest = groups[group][line].as_bytes();
            while let Some((code, after)) = decode(rest) {
                if !used[code >> 8] {
                    used[code >> 8] = true;
                    count += 1;
                }
                rest = after;
            }
            line += 1;
        }
        group += 1;
    }
    count
}

/// For each character but the first of a line, what must be added, modulo 2^16, to reach the first: an addition is cheaper than
/// asking whether there is anything to fold, which the processor cannot guess in Traditional text.
#[expect(clippy::indexing_slicing, reason = "runs while compiling, where a wrong index is a compile error")]
pub(crate) const fn distances<const N: usize>(lines: &[&str]) -> Pages<u16, N> {
    let mut out = Pages { index: [0; SIDE], pages: [[0; SIDE]; N], none: 0 };
    let mut used = 1;
    let mut line = 0;
    while line < lines.len() {
        let Some((first, mut rest)) = decode(lines[line].as_bytes()) else { panic!("an empty class") };
        while let Some((code, after)) = decode(rest) {
            if out.index[code >> 8] == 0 {
                out.index[code >> 8] = used;
                used += 1;
            }
            let cell = &mut out.pages[out.index[code >> 8] as usize][code & (SIDE - 1)];
            assert!(*cell == 0, "a character in two classes");
            *cell = (first as u16).wrapping_sub(code as u16);
            rest = after;
        }
        line += 1;
    }
    out
}

/// For each character, one more than the number of the group that holds it.
#[expect(clippy::indexing_slicing, reason = "runs while compiling, where a wrong index is a compile error")]
pub(crate) const fn kinds<const N: usize>(groups: &[&[&str]]) -> Pages<u8, N> {
    let mut out = Pages { index: [0; SIDE], pages: [[0; SIDE]; N], none: 0 };
    let mut used = 1;
    let mut group = 0;
    while group < groups.len() {
        let mut line = 0;
        while line < groups[group].len() {
            let mut rest = groups[group][line].as_bytes();
            while let Some((code, after)) = decode(rest) {
                if out.index[code >> 8] == 0 {
                    out.index[code >> 8] = used;
                    used += 1;
                }
                let cell = &mut out.pages[out.index[code >> 8] as usize][code & (SIDE - 1)];
                assert!(*cell == 0, "a character of two kinds");
                *cell = group as u8 + 1;
                rest = after;
            }
            line += 1;
        }
        group += 1;
    }
    out
}

/// The first code point of well-formed UTF-8 and the bytes after it; only planes that a page can hold.
const fn decode(bytes: &[u8]) -> Option<(usize, &[u8])> {
    Some(match bytes {
        [] => return None,
        [a @ ..0x80, rest @ ..] => (*a as usize, rest),
        [a @ 0xC0..0xE0, b, rest @ ..] => (((*a & 0x1F) as usize) << 6 | (*b & 0x3F) as usize, rest),
        [a @ 0xE0..0xF0, b, c, rest @ ..] => {
            (((*a & 0x0F) as usize) << 12 | ((*b & 0x3F) as usize) << 6 | (*c & 0x3F) as usize, rest)
        }
        _ => panic!("a character outside the Basic Multilingual Plane"),
    })
}
