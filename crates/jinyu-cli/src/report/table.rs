//! Columns that line up by display width, for the tables of `jinyu audit` and `jinyu rules list`.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows of cells; widths are measured when it is written.
#[derive(Debug)]
pub(crate) struct Table {
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(align: &[Align]) -> Self {
        Self { align: align.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Writes all rows, each after `indent`; `header` is how the first row looks.
    pub(crate) fn write(&self, out: &mut dyn Write, indent: &str, header: anstyle::Style) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.align.len())
            .map(|column| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0))
            .collect();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::from(indent);
            for ((cell, width), align) in row.iter().zip(&widths).zip(&self.align) {
                let padding = " ".repeat(width - cell.width().min(*width));
                match align {
                    Align::Left => line.extend([cell, &padding, "  "]),
                    Align::Right => line.extend([&padding, cell, "  "]),
                }
            }
            let line = line.trim_end();
            if number == 0 { writeln!(out, "{header}{line}{header:#}")? } else { writeln!(out, "{line}")? }
        }
        Ok(())
    }
}
