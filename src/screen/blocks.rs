//! Letters of blocks, five pixels high: what a console's own letters are too small for.

/// Pixels from top to bottom.
pub const HEIGHT: usize = 5;

/// Pixels between two letters.
const GAP: usize = 1;

/// A letter's rows, `#` where it is.
type Glyph = [&'static str; HEIGHT];

/// The letter, if it is one of those that addresses, claim codes and states are made of.
fn glyph(letter: char) -> Option<Glyph> {
    Some(match letter {
        'A' => [".##.", "#..#", "####", "#..#", "#..#"],
        'B' => ["###.", "#..#", "###.", "#..#", "###."],
        'C' => [".###", "#...", "#...", "#...", ".###"],
        'D' => ["###.", "#..#", "#..#", "#..#", "###."],
        'E' => ["####", "#...", "###.", "#...", "####"],
        'F' => ["####", "#...", "###.", "#...", "#..."],
        'G' => [".###", "#...", "#.##", "#..#", ".###"],
        'H' => ["#..#", "#..#", "####", "#..#", "#..#"],
        'I' => ["###", ".#.", ".#.", ".#.", "###"],
        'J' => ["..##", "...#", "...#", "#..#", ".##."],
        'K' => ["#..#", "#.#.", "##..", "#.#.", "#..#"],
        'L' => ["#...", "#...", "#...", "#...", "####"],
        'M' => ["#...#", "##.##", "#.#.#", "#...#", "#...#"],
        'N' => ["#..#", "##.#", "#.##", "#..#", "#..#"],
        'O' => [".##.", "#..#", "#..#", "#..#", ".##."],
        'P' => ["###.", "#..#", "###.", "#...", "#..."],
        'Q' => [".##.", "#..#", "#..#", "#.#.", ".#.#"],
        'R' => ["###.", "#..#", "###.", "#.#.", "#..#"],
        'S' => [".###", "#...", ".##.", "...#", "###."],
        'T' => ["###", ".#.", ".#.", ".#.", ".#."],
        'U' => ["#..#", "#..#", "#..#", "#..#", ".##."],
        'V' => ["#...#", "#...#", "#...#", ".#.#.", "..#.."],
        'W' => ["#...#", "#...#", "#.#.#", "##.##", "#...#"],
        'X' => ["#...#", ".#.#.", "..#..", ".#.#.", "#...#"],
        'Y' => ["#...#", ".#.#.", "..#..", "..#..", "..#.."],
        'Z' => ["####", "...#", ".##.", "#...", "####"],
        '0' => [".##.", "#..#", "#..#", "#..#", ".##."],
        '1' => [".#.", "##.", ".#.", ".#.", "###"],
        '2' => ["###.", "...#", ".##.", "#...", "####"],
        '3' => ["###.", "...#", ".##.", "...#", "###."],
        '4' => ["#..#", "#..#", "####", "...#", "...#"],
        '5' => ["####", "#...", "###.", "...#", "###."],
        '6' => [".##.", "#...", "###.", "#..#", ".##."],
        '7' => ["####", "...#", "..#.", ".#..", ".#.."],
        '8' => [".##.", "#..#", ".##.", "#..#", ".##."],
        '9' => [".##.", "#..#", ".###", "...#", ".##."],
        '.' => [".", ".", ".", ".", "#"],
        ':' => [".", "#", ".", "#", "."],
        '-' => ["...", "...", "###", "...", "..."],
        ' ' => ["..", "..", "..", "..", ".."],
        _ => return None,
    })
}

/// A picture of pixels, row by row, all of one width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels(Vec<Vec<bool>>);

impl Pixels {
    /// These rows.
    pub fn new(rows: Vec<Vec<bool>>) -> Self {
        Pixels(rows)
    }

    /// A text, if all of its letters can be drawn.
    pub fn of(text: &str) -> Option<Self> {
        let mut rows = vec![Vec::new(); HEIGHT];
        for letter in text.chars() {
            for (row, pixels) in rows.iter_mut().zip(glyph(letter)?) {
                if !row.is_empty() {
                    row.extend([false; GAP]);
                }
                row.extend(pixels.bytes().map(|pixel| pixel == b'#'));
            }
        }
        Some(Pixels(rows))
    }

    /// Each pixel as a square of so many.
    pub fn enlarged(&self, times: usize) -> Self {
        let wide = |row: &Vec<bool>| -> Vec<bool> {
            row.iter().flat_map(|pixel| std::iter::repeat_n(*pixel, times)).collect()
        };
        Pixels(self.0.iter().flat_map(|row| std::iter::repeat_n(wide(row), times)).collect())
    }

    /// Characters from left to right.
    pub fn columns(&self) -> usize {
        self.0.first().map_or(0, Vec::len)
    }

    /// Characters from top to bottom: each holds two pixels, so that they are nearly square.
    pub fn rows(&self) -> usize {
        self.0.len().div_ceil(2)
    }

    /// The picture in block characters.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.0.chunks(2).map(|pair| {
            let lower = |at: usize| pair.get(1).and_then(|row| row.get(at)).copied().unwrap_or_default();
            let both = pair.first().into_iter().flatten().enumerate();
            both.map(|(at, upper)| match (*upper, lower(at)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            })
            .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_five_rows_of_one_width_and_unlike_any_other() {
        let letters: Vec<char> = ('A'..='Z').chain('0'..='9').chain(['.', ':', '-', ' ']).collect();
        for (at, letter) in letters.iter().enumerate() {
            let rows = glyph(*letter).unwrap();
            assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{letter}");
            // Nobody tells O from 0 by its looks; addresses and codes have no O.
            let twin = letters[..at].iter().find(|other| glyph(**other) == Some(rows));
            assert!(twin.is_none() || (*letter, twin) == ('0', Some(&'O')), "{letter} looks like {twin:?}");
        }
    }

    #[test]
    fn two_pixels_share_a_character() {
        let text = Pixels::of("1.").unwrap();
        assert_eq!((text.columns(), text.rows()), (5, 3));
        assert_eq!(text.lines().collect::<Vec<_>>(), ["▄█   ", " █   ", "▀▀▀ ▀"]);
        let twice = Pixels::of("1").unwrap().enlarged(2);
        assert_eq!((twice.columns(), twice.rows()), (6, 5));
        assert_eq!(Pixels::of("ä"), None);
    }
}
