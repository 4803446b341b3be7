//! What uploads may take of the uplink, all together: their bytes are paced as they go out, and those of the live edge
//! go before those of the backlog.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// Bytes a second in one Mbit/s.
const MEGABIT: u64 = 125_000;

/// Bytes that are handed on at once: small beside a second of the slowest cap, large beside a packet.
const CHUNK: usize = 16 << 10;

/// What was not used may be made up for so long.
const BURST: Duration = Duration::from_millis(200);

/// While the live edge is being sent, an upload of the backlog gets so many bytes in so long: enough that the storage
/// does not take it for dead, next to nothing of any uplink that carries a stream.
const PATIENCE: Duration = Duration::from_secs(2);
const TRICKLE: usize = 2 << 10;

/// The uplink; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Uplink(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Bytes a second; 0: no cap.
    limit: AtomicU64,
    /// When what was let through until now will have gone out at that rate.
    free: Mutex<Option<Instant>>,
    sent: AtomicU64,
    /// Bodies of the live edge on their way.
    urgent: AtomicUsize,
    /// The last of them is through.
    clear: Notify,
}

impl Uplink {
    /// Caps it at so many Mbit/s, from the next bytes on.
    pub fn set_limit(&self, megabits: Option<u32>) {
        let limit = megabits.map_or(0, |limit| u64::from(limit) * MEGABIT);
        self.0.limit.store(limit, Ordering::Relaxed);
    }

    /// Bytes that went out since the start.
    pub fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Takes room for so many bytes, and says from when on they may go.
    fn take(&self, bytes: usize, now: Instant) -> Instant {
        let limit = self.0.limit.load(Ordering::Relaxed);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
        if limit == 0 {
            *free = None;
            return now;
        }
        let from = free.map_or(now, |free| free.max(now.checked_sub(BURST).unwrap_or(now)));
        *free = Some(from + Duration::from_micros(bytes.saturating_mul(1_000_000) / limit));
        from
    }
}

/// When bytes last moved.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    start: Instant,
    millis: Arc<AtomicU64>,
}

impl Progress {
    pub fn new() -> Self {
        Progress { start: Instant::now(), millis: Arc::default() }
    }

    fn note(&self) {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    /// Works for as long as bytes move; `None` when none did for `stall`.
    pub async fn guard<T>(&self, stall: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            let last = self.start + Duration::from_millis(self.millis.load(Ordering::Relaxed));
            if last.elapsed() >= stall {
                return None;
            }
            tokio::select! {
                done = &mut work => return Some(done),
                () = sleep_until(last + stall) => {}
            }
        }
    }
}

/// Whether an upload waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    Urgent,
    Patient,
}

/// Something urgent is on its way for as long as this lives.
#[derive(Debug)]
struct Urgent(Uplink);

impl Urgent {
    fn new(uplink: Uplink) -> Self {
        uplink.0.urgent.fetch_add(1, Ordering::Relaxed);
        Urgent(uplink)
    }
}

impl Drop for Urgent {
    fn drop(&mut self) {
        if self.0.0.urgent.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.0.clear.notify_waiters();
        }
    }
}

type Turn = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// A request's body that keeps to the uplink's cap.
pub(super) struct PacedBody {
    rest: Bytes,
    uplink: Uplink,
    progress: Progress,
    urgent: Option<Urgent>,
    /// The next chunk goes after it, and how long that is.
    turn: Option<(Turn, usize)>,
}

impl PacedBody {
    pub fn new(bytes: Bytes, uplink: Uplink, progress: Progress, urgency: Urgency) -> Self {
        let urgent = (urgency == Urgency::Urgent).then(|| Urgent::new(uplink.clone()));
        PacedBody { rest: bytes, uplink, progress, urgent, turn: None }
    }

    /// The next chunk, and what it waits for: what is urgent, then the cap.
    fn next(&self) -> (Turn, usize) {
        let uplink = self.uplink.clone();
        let waits = self.urgent.is_none() && uplink.0.urgent.load(Ordering::Relaxed) > 0;
        let size = self.rest.len().min(if waits { TRICKLE } else { CHUNK });
        let turn = async move {
            if waits {
                let cleared = uplink.0.clear.notified();
                if uplink.0.urgent.load(Ordering::Relaxed) > 0 {
                    // Whether it is clear or patience is over: one chunk.
                    let _ = timeout(PATIENCE, cleared).await;
                }
            }
            let now = Instant::now();
            let from = uplink.take(size, now);
            if from > now {
                sleep_until(from).await;
            }
        };
        (Box::pin(turn), size)
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        if this.rest.is_empty() {
            return Poll::Ready(None);
        }
        // Waiting for its own turn is no stall.
        this.progress.note();
        let (mut turn, size) = this.turn.take().unwrap_or_else(|| this.next());
        if turn.as_mut().poll(context).is_pending() {
            this.turn = Some((turn, size));
            return Poll::Pending;
        }
        this.progress.note();
        this.uplink.0.sent.fetch_add(u64::try_from(size).unwrap_or_default(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(this.rest.split_to(size)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    /// A megabyte.
    fn body_of(uplink: &Uplink, urgency: Urgency) -> PacedBody {
        PacedBody::new(vec![7; 1_000_000].into(), uplink.clone(), Progress::new(), urgency)
    }

    #[tokio::test(start_paused = true)]
    async fn two_uploads_together_keep_to_the_cap() {
        let uplink = Uplink::default();
        uplink.set_limit(Some(8));
        let body = || body_of(&uplink, Urgency::Urgent);
        let start = Instant::now();
        let (first, second) = tokio::join!(body().collect(), body().collect());
        assert_eq!(first.unwrap().to_bytes().len() + second.unwrap().to_bytes().len(), 2_000_000);
        let took = start.elapsed();
        // 2 MB at 1 MB/s; the last chunk goes when its turn begins.
        assert!(Duration::from_millis(1_900) < took && took < Duration::from_millis(2_100), "{took:?}");
        assert_eq!(uplink.sent(), 2_000_000);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_cap_nothing_waits_and_a_cap_begins_at_once() {
        let uplink = Uplink::default();
        let start = Instant::now();
        let body = || body_of(&uplink, Urgency::Urgent);
        body().collect().await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        uplink.set_limit(Some(8));
        body().collect().await.unwrap();
        assert!(start.elapsed() > Duration::from_millis(950));
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_moves_is_left_alone_and_one_that_stands_is_given_up() {
        let (stall, progress) = (Duration::from_secs(10), Progress::new());
        let moving = async {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                progress.note();
            }
        };
        assert_eq!(progress.guard(stall, moving).await, Some(()));
        let before = Instant::now();
        assert_eq!(progress.guard(stall, std::future::pending::<()>()).await, None);
        assert_eq!(before.elapsed(), stall);
    }

    #[tokio::test(start_paused = true)]
    async fn the_live_edge_takes_the_uplink_from_the_backlog_and_gives_it_back() {
        let uplink = Uplink::default();
        uplink.set_limit(Some(8));
        let start = Instant::now();
        let took = async |urgency| {
            body_of(&uplink, urgency).collect().await.unwrap();
            start.elapsed()
        };
        let (patient, urgent) = tokio::join!(took(Urgency::Patient), took(Urgency::Urgent));
        // A second for each megabyte, and no more than a chunk or two before it.
        assert!(urgent < Duration::from_millis(1_050), "{urgent:?}");
        assert!(
            Duration::from_millis(1_900) < patient && patient < Duration::from_millis(2_100),
            "{patient:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_backlog_is_never_quite_still() {
        let uplink = Uplink::default();
        let _forever = Urgent::new(uplink.clone());
        let patient = body_of(&uplink, Urgency::Patient).collect();
        assert!(timeout(Duration::from_secs(9), patient).await.is_err());
        assert_eq!(uplink.sent(), 4 * u64::try_from(TRICKLE).unwrap());
    }
}
