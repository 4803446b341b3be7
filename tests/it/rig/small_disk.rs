//! A small disk of a box's own: a file system in memory, in a mount namespace. It outlives the box, and ends with the
//! test.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::unistd::geteuid;

const SKIPPED: &str = "this user may not mount anything; run the tests as root";

/// It takes no more files than these, whatever room it has.
const FILES: u32 = 2_000;

pub struct SmallDisk {
    /// A sleeping process that holds the namespace; it ends when the test does, however that ends, because then its
    /// input is closed.
    holder: Child,
}

impl SmallDisk {
    /// One at a folder. None where this user may not mount; the test is skipped then, and says so. With `CI` set it
    /// fails.
    pub fn mount(folder: &Path, megabytes: u32) -> Option<Self> {
        let mut command = Command::new("unshare");
        // Without root, in a user's own namespace, where one is root.
        if !geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        // It says when it is there, and waits for its input to end.
        let mount = format!(
            "mount -t tmpfs -o size={megabytes}m,nr_inodes={FILES},mode=700 tmpfs \"$0\" && echo here && exec cat >/dev/null"
        );
        command.args(["--mount", "sh", "-c", &mount]).arg(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut holder = command.spawn().expect("no unshare");
        let mut here = [0; 4];
        let said = holder.stdout.as_mut().unwrap().read_exact(&mut here);
        let disk = SmallDisk { holder };
        if said.is_ok() {
            return Some(disk);
        }
        assert!(std::env::var_os("CI").is_none(), "{SKIPPED}");
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Not by `eprintln`, which a test's success would swallow.
        let mut terminal = std::io::stderr();
        writeln!(terminal, "SKIPPED {test}: {SKIPPED}").unwrap();
        None
    }

    /// A program that finds the disk at its folder.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.holder.id().to_string(), "--mount"]);
        if !geteuid().is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.args(["--", program]);
        command
    }

    /// Where somebody without finds what lies at a path on it.
    pub fn path(&self, inside: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.holder.id(), inside.display()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
