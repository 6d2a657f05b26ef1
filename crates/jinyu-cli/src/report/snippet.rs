//! A line of text and the carets under a part of it, by display width: Chinese characters take two columns, zero-width
//! ones none. Long lines are cut around the part; what would steer the terminal is shown, not sent.

use jinyu::Span;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What is printed: the line in three parts, and where the carets go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    pub(crate) before: String,
    pub(crate) inside: String,
    pub(crate) after: String,
    /// Columns before the carets.
    pub(crate) indent: usize,
    /// How many carets.
    pub(crate) carets: usize,
}

/// The line of `text` that `span` starts in, in at most `width` columns. Cost: bounded by `width`, but for the search
/// of the line's ends.
pub(crate) fn snippet(text: &str, span: Span, width: usize) -> Snippet {
    let head = text.get(..span.start).unwrap_or_default();
    let head = head.rsplit_once('\n').map_or(head, |(_, line)| line);
    let inside = first_line(span.slice(text));
    let tail = if inside.len() < span.len() { "" } else { first_line(text.get(span.end..).unwrap_or_default()) };

    let cut_inside = Cut::first(inside, width.saturating_sub(2));
    let room = width.saturating_sub(cut_inside.width);
    let whole_tail = Cut::first(tail, room);
    // What the tail leaves goes to the head; both long, each gets half.
    let head_room = if whole_tail.cut { room / 2 } else { room - whole_tail.width };
    let cut_head = Cut::last(head, head_room);
    let cut_tail = if whole_tail.cut { Cut::first(tail, room - cut_head.width) } else { whole_tail };

    let before = if cut_head.cut { format!("…{}", cut_head.shown) } else { cut_head.shown };
    let inside = if cut_inside.cut { format!("{}…", cut_inside.shown) } else { cut_inside.shown };
    let after = match (cut_inside.cut, cut_tail.cut) {
        (true, _) => String::new(),
        (false, true) => format!("{}…", cut_tail.shown),
        (false, false) => cut_tail.shown,
    };
    let indent = before.width();
    let carets = (before.clone() + &inside).width().saturating_sub(indent).max(1);
    Snippet { before, inside, after, indent, carets }
}

fn first_line(text: &str) -> &str {
    let line = text.split('\n').next().unwrap_or_default();
    line.strip_suffix('\r').unwrap_or(line)
}

/// As much of a text as goes into some columns.
struct Cut {
    shown: String,
    width: usize,
    cut: bool,
}

impl Cut {
    fn first(text: &str, room: usize) -> Self {
        let mut cut = Self { shown: String::new(), width: 0, cut: false };
        for c in text.chars() {
            let columns = columns(c);
            if cut.width + columns > room || cut.shown.len() > room * 8 + 64 {
                cut.shorten(room);
                break;
            }
            cut.shown.push_str(visible(c, &mut [0; 4]));
            cut.width += columns;
        }
        cut
    }

    fn last(text: &str, room: usize) -> Self {
        let mut chars = Vec::new();
        let mut width = 0;
        let mut is_cut = false;
        for c in text.chars().rev() {
            if width + columns(c) > room || chars.len() > room * 2 + 16 {
                is_cut = true;
                break;
            }
            width += columns(c);
            chars.push(c);
        }
        // One column is for the mark that something is missing.
        while is_cut && width + 1 > room {
            let Some(c) = chars.pop() else { break };
            width -= columns(c);
        }
        let mut shown = String::new();
        for c in chars.iter().rev() {
            shown.push_str(visible(*c, &mut [0; 4]));
        }
        Self { shown, width: width + usize::from(is_cut), cut: is_cut }
    }

    /// Makes room for the mark that something is missing.
    fn shorten(&mut self, room: usize) {
        self.cut = true;
        while self.width + 1 > room {
            let Some(c) = self.shown.pop() else { break };
            self.width -= c.width().unwrap_or(0);
        }
        self.width += 1;
    }
}

/// How a character is shown: tabs as spaces, control characters as their pictures.
fn visible(c: char, buffer: &mut [u8; 4]) -> &str {
    match c {
        '\t' => "    ",
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}').encode_utf8(buffer),
        '\x7f' => "\u{2421}",
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => "\u{fffd}",
        _ => c.encode_utf8(buffer),
    }
}

fn columns(c: char) -> usize {
    visible(c, &mut [0; 4]).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, part: &str, width: usize) -> (String, usize, usize) {
        let start = text.find(part).unwrap();
        let s = snippet(text, Span::new(start, start + part.len()), width);
        let line = format!("{}{}{}", s.before, s.inside, s.after);
        assert!(line.width() <= width, "{line}");
        assert_eq!(s.before.width(), s.indent);
        (line, s.indent, s.carets)
    }

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(shown("亲，你没有填对。", "你没有填对", 100), ("亲，你没有填对。".to_owned(), 4, 10));
    }

    #[test]
    fn tabs_zero_width_emoji_and_controls() {
        assert_eq!(shown("a\t你错了", "你错", 100), ("a    你错了".to_owned(), 5, 4));
        assert_eq!(shown("\u{200b}你\u{200b}错了", "你\u{200b}错", 100).1, 0);
        assert_eq!(shown("\u{200b}你\u{200b}错了", "你\u{200b}错", 100).2, 4);
        assert_eq!(shown("👌你错了", "你错", 100), ("👌你错了".to_owned(), 2, 4));
        assert_eq!(shown("\x1b[31m\0你错了", "你错", 100), ("␛[31m␀你错了".to_owned(), 6, 4));
        assert_eq!(shown("a\u{200b}b", "\u{200b}", 100).2, 1);
    }

    #[test]
    fn only_the_line_of_the_part() {
        assert_eq!(shown("第一行\r\n你错了\r\n第三行", "你错", 100), ("你错了".to_owned(), 0, 4));
        assert_eq!(shown("你错\n了", "错\n了", 100), ("你错".to_owned(), 2, 2));
    }

    #[test]
    fn long_lines_are_cut_around_the_part() {
        let filler = "好".repeat(200);
        let (line, indent, carets) = shown(&format!("{filler}你错了{filler}"), "你错了", 60);
        assert!(line.starts_with('…') && line.ends_with('…'), "{line}");
        assert!(line.width() > 54 && carets == 6 && (20..35).contains(&indent), "{line} {indent}");
        let (line, indent, _) = shown(&format!("你错了{filler}"), "你错了", 60);
        assert!(line.starts_with("你错了") && line.ends_with('…') && indent == 0 && line.width() > 56, "{line}");
        let (line, ..) = shown(&format!("{filler}你错了"), "你错了", 60);
        assert!(line.starts_with('…') && line.ends_with("你错了") && line.width() > 56, "{line}");
        let (line, indent, carets) = shown(&filler, &filler, 60);
        assert!(line.ends_with('…') && indent == 0 && carets == line.width(), "{line}");
    }

    #[test]
    fn a_line_that_just_fits_is_not_cut() {
        let text = "好".repeat(30);
        let start = 15 * "好".len();
        let s = snippet(&text, Span::new(start, start + 6), 60);
        assert_eq!(format!("{}{}{}", s.before, s.inside, s.after), text);
    }
}
