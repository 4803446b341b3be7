//! How worn the memory is that the data folder lies on.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::stat::{major, minor};

/// Linux counts sectors of this size, whatever the disk's own is (Documentation/block/stat.rst).
const SECTOR: u64 = 512;

/// What a disk says of its wear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wear {
    /// Percent of its life that is used, rounded up to a tenth of it; eMMC says so (JESD84-B51, EXT_CSD 268 and 269),
    /// memory cards do not.
    pub percent: Option<u8>,
    /// Bytes that everything wrote to it since the machine was switched on.
    pub written: Option<u64>,
}

impl Wear {
    /// Of the disk below `folder`, by what the kernel says below `root`.
    pub(super) fn read(root: &Path, folder: &Path) -> Self {
        let Ok(metadata) = fs::metadata(folder) else { return Wear::default() };
        let name = format!("{}:{}", major(metadata.dev()), minor(metadata.dev()));
        disk(&root.join("sys/dev/block").join(name))
            .map_or_else(Wear::default, |disk| Wear { percent: percent(&disk), written: written(&disk) })
    }
}

/// The whole disk of a block device, which may be one of its partitions.
fn disk(device: &Path) -> Option<PathBuf> {
    let device = fs::canonicalize(device).ok()?;
    if device.join("partition").exists() { device.parent().map(Path::to_owned) } else { Some(device) }
}

fn percent(disk: &Path) -> Option<u8> {
    let text = fs::read_to_string(disk.join("device/life_time")).ok()?;
    let used = text.split_ascii_whitespace().filter_map(|half| half.strip_prefix("0x"));
    let tenths = used.filter_map(|digits| u8::from_str_radix(digits, 16).ok()).max()?;
    // 0 is "not defined", 11 "beyond its life".
    (1..=11).contains(&tenths).then(|| (tenths * 10).min(100))
}

fn written(disk: &Path) -> Option<u64> {
    let text = fs::read_to_string(disk.join("stat")).ok()?;
    let sectors: u64 = text.split_ascii_whitespace().nth(6)?.parse().ok()?;
    Some(sectors * SECTOR)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A machine whose data folder lies on the first partition of an eMMC.
    fn machine() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let disk = root.path().join("sys/block/mmcblk0");
        fs::create_dir_all(disk.join("mmcblk0p1")).unwrap();
        fs::create_dir_all(disk.join("device")).unwrap();
        fs::create_dir_all(root.path().join("sys/dev/block")).unwrap();
        fs::create_dir_all(&data).unwrap();
        fs::write(disk.join("mmcblk0p1/partition"), "1\n").unwrap();
        fs::write(disk.join("stat"), "  1 2 3 4 5 6 2048 8 9 10 11\n").unwrap();
        fs::write(disk.join("device/life_time"), "0x02 0x03\n").unwrap();
        let device = fs::metadata(&data).unwrap().dev();
        let name = format!("{}:{}", major(device), minor(device));
        symlink(disk.join("mmcblk0p1"), root.path().join("sys/dev/block").join(name)).unwrap();
        (root, data)
    }

    #[test]
    fn a_partition_is_as_worn_as_its_disk() {
        let (root, data) = machine();
        let wear = Wear::read(root.path(), &data);
        assert_eq!(wear, Wear { percent: Some(30), written: Some(1 << 20) });
    }

    #[test]
    fn a_disk_that_does_not_tell_is_no_fault() {
        let (root, data) = machine();
        fs::remove_file(root.path().join("sys/block/mmcblk0/device/life_time")).unwrap();
        assert_eq!(Wear::read(root.path(), &data).percent, None);
        assert_eq!(Wear::read(root.path(), Path::new("/missing")), Wear::default());
    }
}
