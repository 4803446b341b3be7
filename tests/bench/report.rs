//! The table: what was measured beside whom, for README.md.

use std::fmt::Write;
use std::process::Command;

/// One figure of the box beside its peer's.
pub struct Row {
    pub what: String,
    pub unit: &'static str,
    pub ours: f64,
    pub peer: Option<(String, f64)>,
    /// The median of the ratios of pairs; without pairs, of the two figures.
    pub ratio: Option<f64>,
    pub goal: &'static str,
}

/// A section's rows, and what has to be known to read them.
#[derive(Default)]
pub struct Section {
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
}

/// The middle of the values; of an even number, the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    percentiles(values).at(0.5)
}

/// Sorted values to ask percentiles of.
pub struct Percentiles(Vec<f64>);

pub fn percentiles(values: &[f64]) -> Percentiles {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    Percentiles(values)
}

impl Percentiles {
    /// The value that a `share` of all does not exceed, between neighbours in proportion.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn at(&self, share: f64) -> f64 {
        let Some(last) = self.0.len().checked_sub(1) else { return f64::NAN };
        let place = share * last as f64;
        let (below, part) = (place.floor() as usize, place.fract());
        let above = (below + 1).min(last);
        self.0[below] + (self.0[above] - self.0[below]) * part
    }
}

pub fn print(sections: &[Section]) {
    let mut text = String::new();
    let _ = write(&mut text, sections);
    println!("{text}");
}

fn write(out: &mut String, sections: &[Section]) -> std::fmt::Result {
    writeln!(out, "Measured {} on {}.\n", date(), machine())?;
    writeln!(out, "| what | venuebox | peer | ratio | goal |\n|---|---|---|---|---|")?;
    for row in sections.iter().flat_map(|section| &section.rows) {
        let (unit, ours) = (row.unit, figure(row.ours));
        let peer = match &row.peer {
            Some((name, value)) => format!("{name}: {} {unit}", figure(*value)),
            None => String::from("—"),
        };
        let ratio = row.ratio.map_or_else(|| String::from("—"), |ratio| format!("{ratio:.2}"));
        writeln!(out, "| {} | {ours} {unit} | {peer} | {ratio} | {} |", row.what, row.goal)?;
    }
    for note in sections.iter().flat_map(|section| &section.notes) {
        write!(out, "\n- {note}")?;
    }
    Ok(())
}

/// Three digits that matter.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

fn date() -> String {
    let now = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}

fn machine() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("an unnamed processor", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = Command::new("uname").arg("-r").output().map(|out| out.stdout).unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    format!(
        "{model}, {cores} cores, Linux {}, load average {load} at the end",
        String::from_utf8_lossy(&kernel).trim()
    )
}
