//! The processor: how busy, how warm, and whether it is slowed down.

use std::fs;
use std::path::Path;

/// Warmer than any processor gets is a broken sensor, in °C.
const HOTTEST: f64 = 150.0;

/// Jiffies of all processors together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Jiffies {
    busy: u64,
    total: u64,
}

impl Jiffies {
    /// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. What guests use is in
    /// user already.
    pub fn read(root: &Path) -> Option<Self> {
        let stat = fs::read_to_string(root.join("proc/stat")).ok()?;
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        let fields: Option<Vec<u64>> =
            line.split_ascii_whitespace().take(8).map(|field| field.parse().ok()).collect();
        let fields = fields.filter(|fields| fields.len() >= 4)?;
        let total: u64 = fields.iter().sum();
        let idle = fields[3] + fields.get(4).copied().unwrap_or_default();
        Some(Jiffies { busy: total - idle, total })
    }

    /// Percent busy since an earlier reading.
    pub fn percent_since(self, earlier: Self) -> u8 {
        let total = self.total.saturating_sub(earlier.total);
        let busy = self.busy.saturating_sub(earlier.busy);
        let percent = (busy * 100 + total / 2).checked_div(total).unwrap_or_default();
        u8::try_from(percent.min(100)).unwrap_or(100)
    }
}

/// The warmest of the processor's sensors, in °C.
pub(super) fn temperature(root: &Path) -> Option<f64> {
    let zones = numbers(root, "sys/class/thermal", "thermal_zone", &["temp"]);
    // A PC without thermal zones has its chip under hwmon.
    let zones = if zones.is_empty() {
        numbers(root, "sys/class/hwmon", "hwmon", &["temp1_input", "temp2_input"])
    } else {
        zones
    };
    let degrees = zones.into_iter().map(|thousandths| thousandths / 1_000.0);
    degrees.filter(|degrees| *degrees > 0.0 && *degrees < HOTTEST).reduce(f64::max)
}

fn numbers(root: &Path, folder: &str, prefix: &str, files: &[&str]) -> Vec<f64> {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return Vec::new() };
    let entries = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    entries
        .flat_map(|entry| files.iter().map(move |file| entry.path().join(file)))
        .filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok())
        .collect()
}

/// Why the processor is slowed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// The power supply is too weak.
    Undervoltage,
    /// It is too warm.
    Heat,
}

impl std::fmt::Display for Throttle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Throttle::Undervoltage => {
                "The power supply is too weak and the processor is slowed down; use the box's own supply."
            }
            Throttle::Heat => "The box is too hot and the processor is slowed down; give it air.",
        })
    }
}

/// A Raspberry Pi's firmware: bit 0 under-voltage, 1 capped, 2 throttled, 3 soft temperature limit, all now.
pub(super) fn firmware_throttle(root: &Path) -> Option<Throttle> {
    let path = "sys/devices/platform/soc/soc:firmware/get_throttled";
    let text = fs::read_to_string(root.join(path)).ok()?;
    let bits = u32::from_str_radix(text.trim().trim_start_matches("0x"), 16).ok()?;
    match bits & 0b1111 {
        0 => None,
        bits if bits & 1 != 0 => Some(Throttle::Undervoltage),
        _ => Some(Throttle::Heat),
    }
}

/// How often the cores of a PC were slowed down for heat, since it was switched on.
pub(super) fn throttle_count(root: &Path) -> u64 {
    let counts = numbers(root, "sys/devices/system/cpu", "cpu", &["thermal_throttle/core_throttle_count"]);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts that Linux writes whole"
    )]
    counts.into_iter().map(|count| count as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn the_share_of_busy_time_is_between_two_readings() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n");
        let first = Jiffies::read(root.path()).unwrap();
        write(root.path(), "proc/stat", "cpu  150 10 130 790 110 5 5 0 0 0\n");
        assert_eq!(Jiffies::read(root.path()).unwrap().percent_since(first), 50);
        assert_eq!(first.percent_since(first), 0);
        write(root.path(), "proc/stat", "cpu  x\n");
        assert_eq!(Jiffies::read(root.path()), None);
    }

    #[test]
    fn the_warmest_sensor_that_works_counts() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(temperature(root.path()), None);
        write(root.path(), "sys/class/hwmon/hwmon0/temp1_input", "41000\n");
        assert_eq!(temperature(root.path()), Some(41.0));
        write(root.path(), "sys/class/thermal/thermal_zone0/temp", "54321\n");
        write(root.path(), "sys/class/thermal/thermal_zone1/temp", "-273000\n");
        write(root.path(), "sys/class/thermal/thermal_zone2/temp", "999000\n");
        assert_eq!(temperature(root.path()), Some(54.321));
    }

    #[test]
    fn a_pi_says_why_it_is_slow() {
        let root = tempfile::tempdir().unwrap();
        let path = "sys/devices/platform/soc/soc:firmware/get_throttled";
        assert_eq!(firmware_throttle(root.path()), None);
        for (text, why) in [
            ("50000\n", None),
            ("50005\n", Some(Throttle::Undervoltage)),
            ("0x4\n", Some(Throttle::Heat)),
            ("8\n", Some(Throttle::Heat)),
            ("none\n", None),
        ] {
            write(root.path(), path, text);
            assert_eq!(firmware_throttle(root.path()), why, "{text}");
        }
    }

    #[test]
    fn a_pc_counts_how_often_its_cores_were_slowed_down() {
        let root = tempfile::tempdir().unwrap();
        for core in 0..2 {
            let path = format!("sys/devices/system/cpu/cpu{core}/thermal_throttle/core_throttle_count");
            write(root.path(), &path, "3\n");
        }
        assert_eq!(throttle_count(root.path()), 6);
    }
}
