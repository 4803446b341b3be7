//! Machines of the test's own on a cable of its own: network namespaces, which end with the processes in them.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use nix::unistd::geteuid;

const SKIPPED: &str = "this user may not make network namespaces; run the tests as root";

/// A machine: a namespace that a sleeping process holds. It ends when the test does, however that ends, because then
/// the process's input is closed.
pub struct Host {
    holder: Child,
    address: String,
}

/// Two machines and the cable between them: 10.77.0.1 and 10.77.0.2, IPv6 link-local addresses, multicast.
///
/// None where this user may not make machines; the test is skipped then, and says so. With `CI` set it fails.
pub fn cabled() -> Option<[Host; 2]> {
    let hosts = Host::new(None, "10.77.0.1").and_then(|first| {
        let second = Host::new(Some(&first), "10.77.0.2")?;
        Some([first, second])
    });
    let Some([first, second]) = hosts else {
        assert!(std::env::var_os("CI").is_none(), "{SKIPPED}");
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Not by `eprintln`, which a test's success would swallow.
        let mut terminal = std::io::stderr();
        writeln!(terminal, "SKIPPED {test}: {SKIPPED}").unwrap();
        return None;
    };
    first.run(&["ip", "link", "add", "cable", "type", "veth", "peer", "name", "other"]);
    first.run(&["ip", "link", "set", "other", "netns", &second.holder.id().to_string()]);
    second.run(&["ip", "link", "set", "other", "name", "cable"]);
    for host in [&first, &second] {
        host.run(&["ip", "link", "set", "lo", "up"]);
        host.run(&["ip", "address", "add", &format!("{}/24", host.address), "dev", "cable"]);
        host.run(&["ip", "link", "set", "cable", "up"]);
        host.run(&["ip", "route", "add", "default", "dev", "cable"]);
    }
    Some([first, second])
}

impl Host {
    fn new(beside: Option<&Host>, address: &str) -> Option<Self> {
        let mut command = match beside {
            Some(host) => host.command("unshare"),
            None => Command::new("unshare"),
        };
        // Without root, in a user's own namespace, where one is root.
        if beside.is_none() && !geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        // It says when it is there, and waits for its input to end.
        command.args(["--net", "sh", "-c", "echo here; exec cat >/dev/null"]);
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("no unshare");
        let mut here = [0; 4];
        let said = holder.stdout.as_mut().unwrap().read_exact(&mut here);
        let host = Host { holder, address: address.to_owned() };
        said.is_ok().then_some(host)
    }

    /// A program on that machine.
    pub fn command(&self, program: &str) -> Command {
        let way = self.way();
        let mut command = Command::new(&way[0]);
        command.args(&way[1..]).arg(program);
        command
    }

    /// The words before a program that is to run on that machine.
    pub fn way(&self) -> Vec<String> {
        let holder = self.holder.id().to_string();
        let mut way = vec!["nsenter", "--target", &holder, "--net"];
        if !geteuid().is_root() {
            way.extend(["--user", "--preserve-credentials"]);
        }
        way.push("--");
        way.into_iter().map(String::from).collect()
    }

    /// What a thread enters to be on that machine.
    pub fn namespace(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/ns/net", self.holder.id()))
    }

    pub fn run(&self, words: &[&str]) {
        let status = self.command(words[0]).args(&words[1..]).status().unwrap();
        assert!(status.success(), "{words:?}: {status}");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
