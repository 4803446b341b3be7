//! Who may come in, and where the box goes: the rule of the first claim, attempts at passwords, names that the box
//! answers to, addresses that it fetches from.
//!
//! Belongs here: decisions on values that callers pass in, the time among them. Does not: sockets, cookies and
//! status codes (`web`), or where hashes are kept (`storage`).

pub mod address;
pub mod attempts;
pub mod claim;
pub mod names;
pub mod outgoing;
pub mod password;

pub use address::{Prefix, is_private, is_public};
pub use attempts::Attempts;
pub use claim::{Circumstances, ClaimCode, Door};
pub use names::{Foreign, Names};
pub use outgoing::{Forbidden, Outgoing};
pub use password::PasswordError;
