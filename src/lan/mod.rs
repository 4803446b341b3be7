//! What the box does on its own network beside HTTP and RTMP: it can be found by name, it tells browsers their
//! address, and it is a tracker over UDP.
//!
//! Belongs here: the sockets of UDP 6969 and 3478, multicast, and which addresses the box has. Does not: what
//! datagrams say (`tracker`, `stun`), or who meets whom (`rendezvous`).

mod interfaces;
mod local_discovery;
mod mdns;
mod pace;
mod stun_responder;
mod udp_port;
mod udp_tracker;

pub use interfaces::{Interfaces, is_loopback_only};
pub use local_discovery::LocalDiscovery;
pub use mdns::{Advertisement, Mdns, MdnsError, Ports};
pub use stun_responder::{StunCount, StunResponder};
pub use udp_tracker::UdpTracker;
