//! What the operator's routes share.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use nix::time::{ClockId, clock_gettime};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, watch};

use super::Refusal;
use crate::access::{self, Attempts, Circumstances, ClaimCode, Door, Names, Prefix, claim, password};
use crate::appliance::{Updates, interfaces};
use crate::journal::{Journal, Note};
use crate::storage::Storage;
use crate::time::unix_millis;
use crate::web::Pulse;

/// Open dashboards at once: the operators, their phones, a wall.
const MAX_SOCKETS: usize = 64;

/// How the box can be claimed.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its code.
    pub code: ClaimCode,
    /// The kernel's present boot is the one in which the data folder was made.
    pub first_boot: bool,
    /// The file that tells the code; it goes when the box is claimed.
    pub code_file: PathBuf,
}

/// What the operator's routes share.
#[derive(Debug)]
pub struct Desk {
    /// The database.
    pub storage: Storage,
    /// What the box is called.
    pub names: Names,
    /// Where it is reached from outside.
    pub public_url: Option<String>,
    /// What it is called on its network, such as `venuebox.local`, where it is called anything.
    pub local_name: watch::Receiver<Option<String>>,
    /// The bound port for encoders.
    pub rtmp: std::net::SocketAddr,
    /// The bound port for pages.
    pub http: std::net::SocketAddr,
    /// How it can be claimed.
    pub claim: Claim,
    /// What the dashboard shows each second.
    pub pulse: Pulse,
    /// The operator's log.
    pub journal: Journal,
    /// Updates of the system.
    pub updates: Updates,
    /// Places for the dashboard's sockets.
    pub sockets: Arc<Semaphore>,
    /// One picture at a time. Threat: pictures that are large when they are unpacked.
    pub pictures: Semaphore,
    attempts: Mutex<Attempts>,
    /// A packet from beyond the box's own links has come in.
    reached: AtomicBool,
}

impl Desk {
    /// A desk; nobody has tried anything yet.
    pub fn new(
        storage: Storage,
        (names, public_url, local_name): (Names, Option<String>, watch::Receiver<Option<String>>),
        (http, rtmp): (std::net::SocketAddr, std::net::SocketAddr),
        claim: Claim,
        (pulse, journal): (Pulse, Journal),
        updates: Updates,
    ) -> Self {
        Desk {
            storage,
            names,
            public_url,
            local_name,
            http,
            rtmp,
            claim,
            pulse,
            journal,
            updates,
            sockets: Arc::new(Semaphore::new(MAX_SOCKETS)),
            pictures: Semaphore::new(1),
            attempts: Mutex::default(),
            reached: AtomicBool::new(false),
        }
    }

    /// Notes where a connection came from.
    pub fn came_from(&self, peer: IpAddr) {
        // It matters to the claim alone; a thousand viewers of a public box are not asked for their links.
        let open = !*self.storage.claimed().borrow();
        if open && !access::is_private(peer) && !self.reached.load(Ordering::Relaxed) && !is_on_link(peer) {
            self.reached.store(true, Ordering::Relaxed);
        }
    }

    /// How somebody at that address can claim the box now.
    pub fn door(&self, from: IpAddr) -> Door {
        claim::door(&Circumstances {
            first_boot: self.claim.first_boot,
            since_boot: since_boot(),
            from,
            // Behind a proxy everybody comes from this machine.
            public: self.public_url.is_some() || self.reached.load(Ordering::Relaxed) || has_public_address(),
        })
    }

    /// Writes a line into the operator's log.
    pub fn note(&self, note: Note) {
        self.journal.note(note);
    }

    /// Begins an attempt at the password or the code.
    pub fn attempt(&self, from: IpAddr) -> Result<(), Refusal> {
        self.attempts().begin(from, Instant::now()).map_err(Refusal::later)
    }

    /// The attempt had the right word.
    pub fn succeeded(&self, from: IpAddr) {
        self.attempts().succeeded(from);
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        // Nothing in here can panic half-way.
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The addresses of this machine's ports, read anew for each question: cables are plugged in while the program runs.
fn own_addresses() -> impl Iterator<Item = Prefix> {
    let ports = interfaces(Path::new("/")).into_iter();
    let addresses = ports.flat_map(|port| port.addresses);
    addresses.map(|(address, length)| Prefix { address, length: length.into() })
}

/// A public IPv6 address alone opens nothing: routers usually let nobody in by it.
fn has_public_address() -> bool {
    own_addresses().any(|own| own.address.is_ipv4() && access::is_public(own.address))
}

fn is_on_link(address: IpAddr) -> bool {
    own_addresses().any(|own| own.holds(address))
}

/// Since power-on, sleep included. Without that clock the claim's window counts as over.
fn since_boot() -> Duration {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Duration::MAX, Duration::from)
}

/// Milliseconds since 1970.
pub fn now() -> i64 {
    unix_millis(SystemTime::now())
}

/// Bytes that nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    let broken = |_| Refusal::broken("the system has no randomness; restart the box");
    getrandom::fill(&mut bytes).map_err(broken)?;
    Ok(bytes)
}

/// What is kept of a secret with 256 random bits: nobody guesses those, so no slow hash is needed.
pub fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// One hash at a time, whoever asks: each takes 19 MiB and a core. Threat: a hundred log-ins at once.
static HASHING: Semaphore = Semaphore::const_new(1);

/// Hashes a new password.
pub async fn hash(word: String) -> Result<String, Refusal> {
    let salt = random()?;
    let hashed = slowly(move || password::hash(&word, &salt)).await?;
    hashed.map_err(Refusal::from)
}

/// Compares a password with a kept hash.
pub async fn verify(word: String, kept: String) -> Result<bool, Refusal> {
    slowly(move || password::verify(&word, &kept)).await
}

/// On the pool for what blocks: viewers wait behind it otherwise.
async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let broken = "the box could not compute that; try again";
    let _turn = HASHING.acquire().await.map_err(|_| Refusal::broken(broken))?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::broken(broken))
}
