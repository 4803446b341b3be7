//! All readings at once.

use std::fs;
use std::path::{Path, PathBuf};

use super::clock::ClockState;
use super::disk::Disk;
use super::network::{Interface, interfaces};
use super::processor::{Jiffies, Throttle, firmware_throttle, temperature, throttle_count};
use super::wear::Wear;

/// What the machine says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// Percent of all processors since the last reading.
    pub cpu: u8,
    /// Processors.
    pub cores: usize,
    /// °C.
    pub temperature: Option<f64>,
    /// Why the processor is slowed down, if it is.
    pub throttled: Option<Throttle>,
    /// Bytes of memory that programs use.
    pub memory_used: u64,
    /// Bytes of memory.
    pub memory_total: u64,
    /// The disk of the data folder, if it can be asked.
    pub disk: Option<Disk>,
    /// How worn it is.
    pub wear: Wear,
    /// Seconds since the machine was switched on.
    pub uptime: u64,
    /// The clock.
    pub clock: ClockState,
    /// Network ports, the best first.
    pub interfaces: Vec<Interface>,
}

/// The machine's sensors.
#[derive(Debug)]
pub struct Sensors {
    root: PathBuf,
    data: PathBuf,
    jiffies: Option<Jiffies>,
    throttles: Option<u64>,
}

impl Sensors {
    /// Sensors below `root` (`/` but in tests), and the disk of the folder `data`.
    pub fn new(root: PathBuf, data: PathBuf) -> Self {
        let jiffies = Jiffies::read(&root);
        Sensors { root, data, jiffies, throttles: None }
    }

    /// Reads everything. What cannot be read is left at nothing; a machine without sensors is no fault.
    pub fn read(&mut self) -> Readings {
        let root = self.root.as_path();
        let jiffies = Jiffies::read(root);
        let earlier = std::mem::replace(&mut self.jiffies, jiffies);
        let cpu = jiffies.zip(earlier).map_or(0, |(now, earlier)| now.percent_since(earlier));
        let count = throttle_count(root);
        let slowed = self.throttles.replace(count).is_some_and(|earlier| count > earlier);
        let (memory_used, memory_total) = memory(root).unwrap_or_default();
        Readings {
            cpu,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            temperature: temperature(root),
            throttled: firmware_throttle(root).or(slowed.then_some(Throttle::Heat)),
            memory_used,
            memory_total,
            disk: Disk::read(&self.data),
            wear: Wear::read(root, &self.data),
            uptime: uptime(root).unwrap_or_default(),
            clock: ClockState::read(root),
            interfaces: interfaces(root),
        }
    }
}

/// Used and total bytes: what could be given to a program at once is not used.
fn memory(root: &Path) -> Option<(u64, u64)> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_ascii_whitespace().next()?.parse::<u64>().ok()
    };
    let (total, available) = (field("MemTotal:")?, field("MemAvailable:")?);
    Some((total.saturating_sub(available) * 1_024, total * 1_024))
}

fn uptime(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/uptime")).ok()?;
    text.split(['.', ' ']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_sensors_is_read_as_nothing() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("missing");
        let readings = Sensors::new(root.path().to_owned(), data).read();
        assert_eq!((readings.cpu, readings.temperature, readings.disk), (0, None, None));
        assert_eq!((readings.throttled, readings.clock), (None, ClockState::Unknown));
    }

    #[test]
    fn memory_is_what_could_not_be_given_away_and_the_uptime_whole_seconds() {
        let root = tempfile::tempdir().unwrap();
        let proc = root.path().join("proc");
        fs::create_dir_all(&proc).unwrap();
        fs::write(proc.join("meminfo"), "MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:  600 kB\n")
            .unwrap();
        fs::write(proc.join("uptime"), "11520.25 23000.00\n").unwrap();
        let readings = Sensors::new(root.path().to_owned(), root.path().to_owned()).read();
        assert_eq!((readings.memory_used, readings.memory_total), (400 * 1_024, 1_000 * 1_024));
        assert_eq!(readings.uptime, 11_520);
        assert!(readings.disk.is_some());
    }

    #[test]
    fn a_pc_that_was_slowed_down_since_the_last_reading_is_throttled() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("sys/devices/system/cpu/cpu0/thermal_throttle");
        fs::create_dir_all(&folder).unwrap();
        let mut sensors = Sensors::new(root.path().to_owned(), root.path().to_owned());
        let mut read = |count: &str| {
            fs::write(folder.join("core_throttle_count"), count).unwrap();
            sensors.read().throttled
        };
        assert_eq!(read("7"), None, "what was before the start does not count");
        assert_eq!(read("9"), Some(Throttle::Heat));
        assert_eq!(read("9"), None);
    }
}
