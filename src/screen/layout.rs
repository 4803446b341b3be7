//! Where everything stands.
//!
//! ```text
//!   name                                            version
//!
//!   the address, large
//!
//!   QR code of the       the state, large where it fits
//!   viewers' page        what it means
//!                        the claim code, large
//!                        addresses of each page
//! ```
//! What is drawn of blocks grows with the screen, in whole steps; the smallest screen is 80 by 24.

use super::blocks::Pixels;
use super::canvas::{Canvas, Look, Size};
use super::words::{words, wrapped};
use super::{Facts, View, qr};

/// Columns at the left edge: televisions cut theirs off.
const MARGIN: usize = 2;

/// What stands beside the code needs so many columns: the longest is an encoder's address.
const BESIDE: usize = 42;

/// Larger than this nothing needs to be. It also bounds the search for what fits.
const MOST: usize = 6;

/// Draws it. `code` is the claim code, while there is one.
pub fn draw(view: View<'_>, code: Option<&str>, size: Size) -> Canvas {
    let mut canvas = Canvas::new(size);
    head(&mut canvas, view.facts(), size);
    let page = view.facts().and_then(|facts| facts.watch.first());
    let address = page.map(|page| bare(page));
    let address = Block::new(address.unwrap_or_default(), Look::Strong);
    let picture = page.and_then(|page| qr::code(page));
    let code = code.filter(|_| matches!(view, View::Answers(_)));
    let scale = (1..=MOST).rev().find(|scale| {
        let (columns, rows) = picture.as_ref().map_or((0, 0), |picture| extent(picture, *scale));
        let high = address.rows(MARGIN, *scale, size);
        MARGIN + columns + MARGIN + BESIDE <= size.columns && 2 + high + 1 + rows <= size.rows
    });
    let top = 2 + address.put(&mut canvas, (2, MARGIN), scale.unwrap_or(1), size) + 1;
    let mut left = MARGIN;
    // Half a code leads nowhere.
    if let Some((picture, scale)) = picture.zip(scale) {
        let picture = picture.enlarged(scale);
        picture
            .lines()
            .enumerate()
            .for_each(|(at, line)| canvas.write(top + at, MARGIN, &line, Look::Strong));
        left += picture.columns() + MARGIN;
    }
    beside(&mut canvas, (top, left), (view, code), scale.unwrap_or(1), size);
    canvas
}

/// The line on top.
fn head(canvas: &mut Canvas, facts: Option<&Facts>, size: Size) {
    let name = facts.map_or("venuebox", |facts| facts.name.as_str());
    let version = facts.map_or(String::new(), |facts| format!("venuebox {}", facts.version));
    let version_at = size.columns.saturating_sub(version.chars().count() + MARGIN);
    canvas.write(0, MARGIN, name, Look::Plain);
    canvas.write(0, version_at.saturating_sub(1), &format!(" {version}"), Look::Plain);
    canvas.paint(0, Look::Bar);
}

/// What stands beside the code, from the top until the screen ends.
fn beside(
    canvas: &mut Canvas,
    (top, left): (usize, usize),
    (view, code): (View<'_>, Option<&str>),
    scale: usize,
    size: Size,
) {
    let said = words(view, code);
    let mut row = top;
    row += Block::new(said.state, said.look).put(canvas, (row, left), scale, size) + 1;
    for line in wrapped(&said.sentence, size.columns.saturating_sub(left + MARGIN)) {
        canvas.write(row, left, &line, Look::Strong);
        row += 1;
    }
    if let Some(code) = code {
        row += 1;
        let whole = Block::new(code, Look::Good);
        if whole.fitting(left, scale, size).is_some() {
            row += whole.put(canvas, (row, left), scale, size);
        } else {
            for half in code.split_inclusive('-') {
                row += Block::new(half, Look::Good).put(canvas, (row, left), scale, size);
            }
        }
    }
    let Some(facts) = view.facts() else { return };
    row += 1;
    for (label, text) in addresses(facts) {
        canvas.write(row, left, label, Look::Plain);
        canvas.write(row, left + LABEL, &text, Look::Strong);
        row += 1;
    }
}

/// Columns of what stands before an address.
const LABEL: usize = 9;

/// The addresses that people type, the best of each kind, and the name where there is one.
fn addresses(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    if let Some(page) = facts.watch.first() {
        lines.push(("Watch", page.clone()));
        let name = facts.watch.iter().skip(1).find(|page| bare(page).ends_with(".local"));
        lines.extend(name.map(|name| ("or", name.clone())));
        lines.push(("Admin", format!("{page}admin")));
    }
    lines.extend(facts.server.first().map(|server| ("Encoder", server.clone())));
    lines
}

/// What of an address has to be typed.
fn bare(page: &str) -> &str {
    page.strip_prefix("http://").unwrap_or(page).trim_end_matches('/')
}

fn extent(pixels: &Pixels, scale: usize) -> (usize, usize) {
    let large = pixels.enlarged(scale);
    (large.columns(), large.rows())
}

/// A line that is drawn of blocks where its letters can be and the screen is wide enough, and else written.
struct Block<'a> {
    text: &'a str,
    look: Look,
    pixels: Option<Pixels>,
}

impl<'a> Block<'a> {
    fn new(text: &'a str, look: Look) -> Self {
        Block { text, look, pixels: Pixels::of(text).filter(|pixels| pixels.columns() > 0) }
    }

    /// The pixels as large as they fit, at most at that scale.
    fn fitting(&self, left: usize, scale: usize, size: Size) -> Option<Pixels> {
        let pixels = self.pixels.as_ref()?;
        let fits = |scale: &usize| left + extent(pixels, *scale).0 + MARGIN <= size.columns;
        (1..=scale).rev().find(fits).map(|scale| pixels.enlarged(scale))
    }

    /// The rows that it takes.
    fn rows(&self, left: usize, scale: usize, size: Size) -> usize {
        self.fitting(left, scale, size).map_or(1, |pixels| pixels.rows())
    }

    /// Puts it there; the rows that it takes.
    fn put(&self, canvas: &mut Canvas, (row, left): (usize, usize), scale: usize, size: Size) -> usize {
        let Some(pixels) = self.fitting(left, scale, size) else {
            canvas.write(row, left, self.text, self.look);
            return 1;
        };
        pixels.lines().enumerate().for_each(|(at, line)| canvas.write(row + at, left, &line, self.look));
        pixels.rows()
    }
}
