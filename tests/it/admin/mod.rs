//! The operator's interface: as it is meant to be used, and against those who may not.

mod claim;
mod credentials;
mod doors;
mod event;
mod live;
mod settings;
mod sharing;
mod viewers;
