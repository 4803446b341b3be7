//! The viewers' threads and the seeder's: runtimes of their own, so that no crowd delays the encoder.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// One thread for so many cores. The work is reading and writing sockets: on two cores a second thread cost a third
/// more processor time for the same crowd, spent on waking each other, and one serves a gigabit with a tenth of a
/// core.
const CORES_PER_THREAD: usize = 4;

/// What is still written when the program ends is cut off after this.
const END: Duration = Duration::from_millis(100);

/// The pool; it ends when it is dropped.
#[derive(Debug)]
pub struct Pool {
    handle: Handle,
    running: Running,
}

#[derive(Debug)]
enum Running {
    /// A single thread needs no scheduler that shares work, which costs a third more where few watch.
    Alone(Option<(oneshot::Sender<()>, JoinHandle<()>)>),
    Several(Option<Runtime>),
}

impl Pool {
    /// Starts as many threads as this machine's cores are good for.
    pub fn start() -> anyhow::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.div_ceil(CORES_PER_THREAD);
        let failed = "the viewers' threads could not start";
        if threads > 1 {
            let mut builder = Builder::new_multi_thread();
            let runtime = builder.worker_threads(threads).thread_name("viewers").enable_all().build();
            let runtime = runtime.context(failed)?;
            return Ok(Pool { handle: runtime.handle().clone(), running: Running::Several(Some(runtime)) });
        }
        Pool::alone("viewers")
    }

    /// Starts a single thread of this name.
    pub fn alone(name: &str) -> anyhow::Result<Self> {
        let failed = || format!("the thread of the {name} could not start");
        let runtime = Builder::new_current_thread().enable_all().build().with_context(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let work = move || {
            // Its sender never sends: it is dropped with the pool.
            let _ = runtime.block_on(stopped);
            runtime.shutdown_timeout(END);
        };
        let thread = thread::Builder::new().name(String::from(name)).spawn(work).with_context(failed)?;
        Ok(Pool { handle, running: Running::Alone(Some((stop, thread))) })
    }

    /// Where its tasks are spawned.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        match &mut self.running {
            Running::Several(runtime) => {
                if let Some(runtime) = runtime.take() {
                    runtime.shutdown_timeout(END);
                }
            }
            Running::Alone(thread) => {
                if let Some((stop, thread)) = thread.take() {
                    drop(stop);
                    // It ends within END; a panic in there was reported by the task that died of it.
                    let _ = thread.join();
                }
            }
        }
    }
}
