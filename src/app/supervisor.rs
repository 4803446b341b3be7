//! Essential tasks: named and joined. One that ends by itself takes the program down, and systemd restarts it.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A group of tasks that stop together, as one step of the drain.
#[derive(Debug)]
pub struct Crew {
    name: &'static str,
    stop: CancellationToken,
    deadline: Duration,
    runtime: Handle,
    tasks: JoinSet<anyhow::Result<&'static str>>,
}

impl Crew {
    /// A crew whose tasks run on `runtime`, watch [`Crew::stop`] and get `deadline` to finish.
    pub fn new(name: &'static str, deadline: Duration, runtime: &Handle) -> Self {
        let (stop, runtime) = (CancellationToken::new(), runtime.clone());
        Crew { name, stop, deadline, runtime, tasks: JoinSet::new() }
    }

    /// Cancelled when the crew should stop.
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts an essential task, which is given what stops it.
    pub fn spawn<F>(&mut self, name: &'static str, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let task = task(self.stop());
        self.spawn_fallible(name, async move {
            task.await;
            Ok(())
        });
    }

    /// Starts an essential task that may fail.
    pub fn spawn_fallible(
        &mut self,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        let task = async move {
            task.await.with_context(|| format!("the {name} task failed"))?;
            Ok(name)
        };
        self.tasks.spawn_on(task, &self.runtime);
    }

    /// Waits for a task to end by itself, which none should.
    pub async fn failed(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok(Ok(name))) => anyhow!("the {name} task ended by itself"),
            Some(Ok(Err(error))) => error,
            Some(Err(error)) => anyhow!(error).context(format!("a task of the {} died", self.name)),
            None => std::future::pending().await,
        }
    }

    /// Stops the crew and waits for its tasks, at most until its deadline; what is left then is dropped.
    pub async fn drain(mut self) {
        self.stop.cancel();
        let all = async {
            while let Some(ended) = self.tasks.join_next().await {
                match ended {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => log::warn!("{error:#}"),
                    Err(error) => log::warn!(error:% = error; "a task died while stopping"),
                }
            }
        };
        if tokio::time::timeout(self.deadline, all).await.is_err() {
            log::warn!(step = self.name; "a step of the shutdown took too long and was cut off");
        }
    }
}
