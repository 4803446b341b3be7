//! The program: arguments, logging, and the order in which rooms are built, bound, run and drained.
//!
//! Belongs here: composing the rooms. Does not: any work of theirs.

mod archiving;
mod chance;
mod check;
mod claim_file;
mod config;
mod console;
mod films;
mod health;
mod inquiry;
mod keeper;
mod lan;
mod on_air;
mod pool;
mod ports;
mod provision;
mod run;
mod runtime_folder;
mod seeding;
mod service;
mod sharing;
mod sockets;
mod status;
mod supervisor;
mod syncing;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

pub use config::Arguments;
use config::Command;

/// Parses the command line, runs what it asks for, and says how it went.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    telemetry::start(arguments.log_level());
    let outcome = match arguments.command() {
        Command::Run(config) if config.print_config => {
            config::print(&config).and_then(|()| provision::check(&config))
        }
        Command::Run(config) => run::run(*config),
        Command::Testcard(target) => run::test_card(&target),
        Command::Play(file) => run::play(&file),
        Command::Status(query) => status::print(&query),
        Command::Health(query) => health::wait(&query),
        Command::Console(screen) => console::show(&screen),
        Command::Check(config) => check::check(&config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
