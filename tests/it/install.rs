//! `scripts/install` into the tree of another system: what lies where, for whom, and what a second run leaves alone.
//! Nothing is started; the image's test does that with the same units.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A Debian of which there is next to nothing.
struct Tree(TempDir);

impl Tree {
    /// None where this user may not install.
    fn new() -> Option<Self> {
        if !nix::unistd::geteuid().is_root() {
            assert!(std::env::var_os("CI").is_none(), "this test needs root");
            eprintln!("skipped: scripts/install needs root");
            return None;
        }
        let tree = Tree(tempfile::tempdir().unwrap());
        fs::create_dir_all(tree.path("etc")).unwrap();
        let release = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n";
        fs::write(tree.path("etc/os-release"), release).unwrap();
        Some(tree)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/install");
        let mut command = Command::new(script);
        command.args(["--root".as_ref(), self.0.path()]).args(arguments);
        command.output().unwrap()
    }

    /// With the program that is tested.
    fn install(&self, arguments: &[&str]) {
        let output = self.run(&[&["--binary", env!("CARGO_BIN_EXE_venuebox")], arguments].concat());
        assert!(output.status.success(), "{}", said(&output));
    }

    fn settings(&self) -> String {
        fs::read_to_string(self.path("etc/venuebox/venuebox.env")).unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

const UNITS: [&str; 6] = [
    "venuebox.service",
    "venuebox-http.socket",
    "venuebox-rtmp.socket",
    "venuebox-stun.socket",
    "venuebox-tracker-udp.socket",
    "venuebox-bittorrent.socket",
];

#[test]
fn a_server_gets_the_units_a_user_and_secrets_of_its_own_and_keeps_its_settings() {
    let Some(tree) = Tree::new() else { return };
    tree.install(&["--public-url", "https://stream.example.org", "--http", "127.0.0.1:8080"]);
    for unit in UNITS {
        let file = tree.path("usr/local/lib/systemd/system").join(unit);
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/system").join(unit);
        assert_eq!(fs::read(file).unwrap(), fs::read(own).unwrap(), "{unit}");
        let wants = if unit.ends_with(".socket") { "sockets" } else { "multi-user" };
        let link = tree.path(&format!("etc/systemd/system/{wants}.target.wants/{unit}"));
        assert!(link.symlink_metadata().is_ok(), "{unit} is not enabled");
    }
    assert_eq!(fs::metadata(tree.path("usr/bin/venuebox")).unwrap().permissions().mode() & 0o777, 0o755);
    assert!(fs::read_to_string(tree.path("etc/passwd")).unwrap().contains("venuebox:x:880:"));
    let address = tree.path("etc/systemd/system/venuebox-http.socket.d/50-address.conf");
    assert!(fs::read_to_string(&address).unwrap().ends_with("ListenStream=\nListenStream=127.0.0.1:8080\n"));

    let settings = tree.settings();
    let about = fs::metadata(tree.path("etc/venuebox/venuebox.env")).unwrap();
    assert_eq!((about.permissions().mode() & 0o777, about.uid(), about.gid()), (0o640, 0, 880));
    assert!(settings.contains("VENUEBOX_PUBLIC_URL=https://stream.example.org\n"), "{settings}");
    let secret = |name: &str| {
        let line = settings.lines().find_map(|line| line.strip_prefix(name)).expect(name);
        line.trim_matches('"').to_owned()
    };
    assert_eq!(secret("VENUEBOX_ADMIN_PASSWORD=").len(), 14);
    assert_eq!(secret("VENUEBOX_STREAM_KEY=").len(), 19);

    // A newer version over it: what the operator changed stays.
    let changed = settings.replace("stream.example.org", "other.example.org");
    fs::write(tree.path("etc/venuebox/venuebox.env"), &changed).unwrap();
    tree.install(&[]);
    assert_eq!(tree.settings(), changed);
    assert!(address.exists());

    let output = tree.run(&["--uninstall"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!tree.path("usr/bin/venuebox").exists() && !address.exists());
    assert_eq!(fs::read_dir(tree.path("usr/local/lib/systemd/system")).unwrap().count(), 0);
    assert!(!tree.path("etc/systemd/system/sockets.target.wants/venuebox-http.socket").is_symlink());
    assert_eq!(tree.settings(), changed, "the settings outlive it");
    let output = tree.run(&["--uninstall", "--purge"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!tree.path("etc/venuebox").exists());
    assert!(!fs::read_to_string(tree.path("etc/passwd")).unwrap().contains("venuebox"));
}

#[test]
fn two_machines_have_different_secrets_and_a_given_password_is_taken() {
    let (Some(one), Some(other), Some(given)) = (Tree::new(), Tree::new(), Tree::new()) else { return };
    one.install(&[]);
    other.install(&[]);
    assert_ne!(one.settings(), other.settings());
    let file = given.path("password");
    fs::write(&file, "a long sentence of mine\n").unwrap();
    given.install(&["--password-file", file.to_str().unwrap()]);
    assert!(given.settings().contains("VENUEBOX_ADMIN_PASSWORD=\"a long sentence of mine\"\n"));
}

#[test]
fn a_server_on_the_internet_is_not_left_for_anybody_to_claim() {
    let Some(tree) = Tree::new() else { return };
    let binary = ["--binary", env!("CARGO_BIN_EXE_venuebox"), "--unclaimed"];
    let output = tree.run(&[&binary, ["--public-url", "https://a.example"].as_slice()].concat());
    assert!(!output.status.success() && said(&output).contains("needs a password"), "{}", said(&output));
    assert!(!tree.path("usr/bin/venuebox").exists(), "it was installed all the same");
    tree.install(&["--unclaimed"]);
    assert!(!tree.settings().contains("PASSWORD"));
}

#[test]
fn what_it_cannot_do_is_said_in_words() {
    let Some(tree) = Tree::new() else { return };
    for (arguments, words) in [
        (["--http", "8080"].as_slice(), "127.0.0.1:8080"),
        (&["--public-url", "a.example"], "https://stream.example.org"),
        (&["--colour"], "--help"),
        (&["--binary"], "needs a value"),
        (&["--purge"], "--uninstall"),
        (&["--binary", "/nowhere/venuebox"], "is not there"),
    ] {
        let output = tree.run(arguments);
        assert!(
            !output.status.success() && said(&output).contains(words),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    fs::write(tree.path("etc/os-release"), "PRETTY_NAME=\"Other Linux\"\nID=other\n").unwrap();
    assert!(said(&tree.run(&[])).contains("Other Linux"));
}
