//! The box beside its peers on one machine, as ratios within one run; `scripts/bench` calls it.
//!
//! Everything runs on the loopback, on free ports, in folders of its own, and ends with this program. A peer and
//! the box take turns, or run side by side where that costs little, so that what else the machine does falls on
//! both. Processor time is the server's alone, by the kernel's count.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement that fails says so and stops"
)]

mod announcers;
mod body;
mod browser;
mod bucket;
mod cloud;
mod cpu;
mod delay;
mod film;
mod http;
mod ingest;
mod load;
mod memory;
mod playlist;
#[path = "../it/rig/process.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod process;
mod report;
mod seeder;
mod sender;
mod servers;
mod tracker;
mod viewers;

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use memory::Filling;
use report::Section;

const SECTIONS: [&str; 9] =
    ["ingest", "plain", "lowlatency", "delay", "browser", "tracker", "seeder", "cloud", "memory"];

/// Viewers of the two crowds.
const CROWDS: [u32; 2] = [200, 1_000];
/// What is counted of one crowd at one server.
const WINDOW: Duration = Duration::from_secs(20);
const PAIRS: usize = 2;
const MINUTE: Duration = Duration::from_secs(60);

fn main() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard.min(65_536), hard).unwrap();
    // Cargo adds `--bench`.
    let mut wanted: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let Some(unknown) = wanted.iter().find(|word| !SECTIONS.contains(&word.as_str())) {
        println!("there is no section {unknown}; there are {}", SECTIONS.join(", "));
        std::process::exit(2);
    }
    if wanted.is_empty() {
        wanted = SECTIONS.map(String::from).to_vec();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sections = runtime.block_on(async {
        // Told to stop, it drops what it runs: no server and no publisher outlives it.
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        let mut interrupt = signal(SignalKind::interrupt()).unwrap();
        tokio::select! {
            sections = run(&wanted) => sections,
            _ = terminate.recv() => Vec::new(),
            _ = interrupt.recv() => Vec::new(),
        }
    });
    if sections.is_empty() {
        std::process::exit(1);
    }
    report::print(&sections);
}

async fn run(wanted: &[String]) -> Vec<Section> {
    // The films are there before anything is counted.
    if wanted.iter().any(|name| name != "tracker") {
        for film in [film::SMALL, film::LARGE] {
            film.file();
        }
    }
    let mut sections = Vec::new();
    let filling = wanted.iter().any(|name| name == "memory").then(Filling::start);
    let chosen = |name: &&&str| **name != "memory" && wanted.iter().any(|wanted| wanted == **name);
    for name in SECTIONS.iter().filter(chosen) {
        println!("── {name}");
        sections.push(match *name {
            "ingest" => ingest::measure(MINUTE).await,
            "plain" => load::plain(&CROWDS, WINDOW, PAIRS).await,
            "lowlatency" => load::low_latency(&CROWDS, WINDOW, PAIRS).await,
            "tracker" => tracker::measure(WINDOW, PAIRS).await,
            "delay" => delay::measure(MINUTE * 2 / 3).await,
            "seeder" => seeder::measure(WINDOW / 2).await,
            "cloud" => cloud::measure(MINUTE, PAIRS).await,
            _ => browser::measure(MINUTE).await,
        });
    }
    if let Some(filling) = filling {
        println!("── memory");
        sections.push(filling.measure().await);
    }
    sections
}
