//! The operator's log, and the two records that the dashboard draws: what goes out, and the last hour.
//!
//! Belongs here: what is said to the operator, in plain words and with what to do; counters and values that any
//! room may add to. Does not: the program's own log (`log`), where entries are kept over restarts (`storage`), or
//! who may read them (`web`).

mod egress;
mod entry;
mod history;
mod note;
mod record;
mod sentence;
mod words;

pub use egress::Egress;
pub use entry::{Entry, Level};
pub use history::{History, STEP, Series, Values};
pub use note::{Note, Over};
pub use record::{Journal, Page};
pub use sentence::sentence;
