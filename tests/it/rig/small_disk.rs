//! A small disk of a box's own: a file system in memory, in a mount namespace that ends with the box.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::geteuid;

const SKIPPED: &str = "this user may not mount anything; run the tests as root";

pub struct SmallDisk {
    megabytes: u32,
}

impl SmallDisk {
    /// None where this user may not mount; the test is skipped then, and says so. With `CI` set it fails.
    pub fn try_new(megabytes: u32) -> Option<Self> {
        let disk = SmallDisk { megabytes };
        let folder = tempfile::tempdir().unwrap();
        let tried = disk.mounted_at(folder.path(), "true").stderr(Stdio::null()).status();
        if tried.is_ok_and(|status| status.success()) {
            return Some(disk);
        }
        assert!(std::env::var_os("CI").is_none(), "{SKIPPED}");
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Not by `eprintln`, which a test's success would swallow.
        let mut terminal = std::io::stderr();
        writeln!(terminal, "SKIPPED {test}: {SKIPPED}").unwrap();
        None
    }

    /// A program that finds the disk at a folder; it takes the place of all that led to it.
    pub fn mounted_at(&self, folder: &Path, program: &str) -> Command {
        let mut command = Command::new("unshare");
        // Without root, in a user's own namespace, where one is root.
        if !geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        let mount = format!(
            "mkdir -p \"$0\" && mount -t tmpfs -o size={}m,mode=700 tmpfs \"$0\" && exec \"$@\"",
            self.megabytes
        );
        command.args(["--mount", "sh", "-c", &mount]).arg(folder).arg(program);
        command
    }
}
