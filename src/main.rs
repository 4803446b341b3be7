//! The binary: nothing but the way into [`venuebox::app`].

use std::process::ExitCode;

fn main() -> ExitCode {
    venuebox::app::run()
}
