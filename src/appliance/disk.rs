//! The disk of the data folder.

use std::path::Path;

use nix::sys::statvfs::statvfs;

/// Percent of the disk that recordings never use. Threat: a full disk stops the database, and flash memory without
/// room wears out.
pub const DISK_RESERVE: u64 = 10;

/// A disk's room, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    /// Free for this program.
    pub free: u64,
    /// In all that this program may ever use; what the system keeps for itself does not count.
    pub total: u64,
}

impl Disk {
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let stat = statvfs(folder).ok()?;
        let unit = stat.fragment_size();
        let (free, used) = (stat.blocks_available(), stat.blocks().saturating_sub(stat.blocks_free()));
        Some(Disk { free: free * unit, total: (used + free) * unit })
    }

    /// Percent that are free.
    pub fn percent_free(self) -> u8 {
        let percent = self.free.saturating_mul(100).checked_div(self.total).unwrap_or(100);
        u8::try_from(percent.min(100)).unwrap_or(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_a_share_of_what_may_be_used() {
        assert_eq!(Disk { free: 46, total: 100 }.percent_free(), 46);
        assert_eq!(Disk { free: 0, total: 0 }.percent_free(), 100);
    }

    #[test]
    fn a_folder_that_is_there_has_a_disk() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::read(folder.path()).unwrap();
        assert!(disk.total >= disk.free);
        assert_eq!(Disk::read(&folder.path().join("missing")), None);
    }
}
