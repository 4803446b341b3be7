//! Rows of characters with their colours, and how a terminal is told them (ECMA-48).

use std::fmt::Write;

/// A terminal's size in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub columns: usize,
    /// From top to bottom.
    pub rows: usize,
}

impl Size {
    /// What a terminal has that does not say.
    pub const USUAL: Size = Size { columns: 80, rows: 24 };
}

/// How characters look; the sixteen colours that every console has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    Plain,
    Strong,
    /// The line on top.
    Bar,
    OnAir,
    Good,
    Warning,
}

impl Look {
    /// Select Graphic Rendition (ECMA-48 8.3.117).
    fn code(self) -> &'static str {
        match self {
            Look::Plain => "0",
            Look::Strong => "0;1;37",
            Look::Bar => "0;30;47",
            Look::OnAir => "0;1;31",
            Look::Good => "0;1;32",
            Look::Warning => "0;1;33",
        }
    }
}

/// What stands on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canvas(Vec<Vec<(char, Look)>>);

impl Canvas {
    /// An empty one.
    pub fn new(size: Size) -> Self {
        Canvas(vec![vec![(' ', Look::Plain); size.columns]; size.rows])
    }

    /// Writes from there to the right; what does not fit is left out. A name may hold anything: what is no letter
    /// (a control character could move the cursor) becomes a question mark.
    pub fn write(&mut self, row: usize, column: usize, text: &str, look: Look) {
        let Some(line) = self.0.get_mut(row) else { return };
        for (place, letter) in line.iter_mut().skip(column).zip(text.chars()) {
            *place = (if letter.is_control() { '?' } else { letter }, look);
        }
    }

    /// Colours a whole row.
    pub fn paint(&mut self, row: usize, look: Look) {
        self.0.get_mut(row).into_iter().flatten().for_each(|place| place.1 = look);
    }

    /// The characters alone, without the blanks at the ends of lines.
    pub fn text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, line| {
            let line: String = line.iter().map(|(letter, _)| letter).collect();
            text.push_str(line.trim_end());
            text.push('\n');
            text
        })
    }

    /// What makes a terminal show it, whatever it shows now.
    pub fn ansi(&self) -> String {
        let mut out = String::new();
        for (row, line) in self.0.iter().enumerate() {
            let mut look = None;
            // Writing to a string cannot fail.
            let _ = write!(out, "\x1b[{};1H", row + 1);
            for (letter, wanted) in line {
                if look != Some(*wanted) {
                    let _ = write!(out, "\x1b[{}m", wanted.code());
                    look = Some(*wanted);
                }
                out.push(*letter);
            }
        }
        out.push_str("\x1b[0m");
        out
    }
}
