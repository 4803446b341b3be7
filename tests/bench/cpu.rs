//! What a server and its children have used, as the kernel counts it.

use std::fs;
use std::time::Duration;

/// Memory in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Resident, all of it.
    pub resident: u64,
    /// The part of it that is no file's.
    pub own: u64,
    /// The most that was ever resident.
    pub peak: u64,
}

/// A server's processes.
#[derive(Clone, Debug)]
pub struct Processes(Vec<u32>);

impl Processes {
    /// The process and its children: nginx works in them.
    pub fn of(parent: u32) -> Self {
        let mut all = vec![parent];
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            if stat(id).is_some_and(|fields| fields.get(1) == Some(&u64::from(parent))) {
                all.push(id);
            }
        }
        Processes(all)
    }

    /// Processor time so far, user and system, of all threads that ever ran; counted in hundredths of a second.
    pub fn cpu(&self) -> Duration {
        let ticks: u64 = self.0.iter().filter_map(|id| stat(*id)).map(|fields| fields[11] + fields[12]).sum();
        // USER_HZ is 100 on every Linux that this runs on (proc(5), times in clock ticks).
        Duration::from_millis(ticks * 10)
    }

    /// Bytes that they had written to disks so far, or had to (proc(5), `write_bytes`); memory is no disk.
    pub fn written(&self) -> u64 {
        let of = |id: &u32| -> u64 {
            let text = fs::read_to_string(format!("/proc/{id}/io")).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("write_bytes:"));
            line.and_then(|count| count.trim().parse().ok()).unwrap_or_default()
        };
        self.0.iter().map(of).sum()
    }

    /// Their memory.
    pub fn memory(&self) -> Memory {
        let mut sum = Memory::default();
        for id in &self.0 {
            let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            let field = |name: &str| -> u64 {
                let line = text.lines().find_map(|line| line.strip_prefix(name));
                let kilobytes = line.and_then(|rest| rest.trim_end_matches("kB").trim().parse::<u64>().ok());
                kilobytes.unwrap_or_default() * 1024
            };
            sum.resident += field("VmRSS:");
            sum.own += field("RssAnon:");
            sum.peak += field("VmHWM:");
        }
        sum
    }
}

/// The fields of /proc/PID/stat behind the name, from the state on (which reads as 0).
fn stat(id: u32) -> Option<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect())
}
