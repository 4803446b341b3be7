//! The cloud test: what is typed about a bucket, tried before it is kept.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::Refusal;
use super::body::Json;
use super::settings::{Cloud, understood};
use crate::storage::Section;
use crate::storage::settings::CloudSettings;
use crate::sync;
use crate::web::App;

/// One test at a time. Threat: a button pressed again and again, with each press a minute of requests to a stranger.
static TESTS: Semaphore = Semaphore::const_new(1);

/// Tests in a row: an operator who corrects one field after the other needs a dozen.
///
/// Threat: an endpoint may be any host and port, also on this machine and beside it, since the operator's own storage
/// may stand there. Whoever has a token for settings could knock at one port after the other. With this pace, and no
/// more told than a status and a short word, that finds nothing in useful time.
const IN_A_ROW: u32 = 20;

/// Then one in so long.
const REFILL: Duration = Duration::from_secs(30);

static PACE: Mutex<Pace> = Mutex::new(Pace { paid: None });

/// How many tests may still begin; pure.
#[derive(Debug)]
struct Pace {
    /// When those of before will be paid for.
    paid: Option<Instant>,
}

impl Pace {
    /// Begins one, or says how long to wait.
    fn begin(&mut self, now: Instant) -> Result<(), Duration> {
        let paid = self.paid.unwrap_or(now).max(now) + REFILL;
        let over = paid.saturating_duration_since(now + REFILL * IN_A_ROW);
        if over > Duration::ZERO {
            return Err(over);
        }
        self.paid = Some(paid);
        Ok(())
    }
}

/// `POST cloud/test`: a cloud as in the settings; `***` stands for the secret that is kept.
pub async fn test(State(app): State<App>, Json(value): Json<Value>) -> Result<Response, Refusal> {
    let before = app.settings().cloud.value.clone();
    let given: Option<Cloud> = understood(value)?;
    let Some(given) = given else {
        return Err(Refusal::value("bucket", "there is no account to test; fill it in first"));
    };
    let store = given.kept(&before)?;
    let settings = CloudSettings(Some(store.clone()));
    settings.check()?;
    let turn = TESTS.try_acquire();
    let turn =
        turn.map_err(|_| Refusal::new(StatusCode::CONFLICT, "a test is running; wait until it ends"))?;
    // Nothing in there can panic half-way.
    PACE.lock().unwrap_or_else(PoisonError::into_inner).begin(Instant::now()).map_err(Refusal::later)?;
    // On its own task: whoever closes the page would leave the probe in the bucket.
    let testing = tokio::spawn(async move {
        let _turn = turn;
        sync::diagnose(&store).await
    });
    let diagnosis = testing.await.map_err(|_| Refusal::broken("the test broke off; try again"))?;
    Ok(axum::Json(diagnosis).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_tests_one_port_after_the_other_waits() {
        let (mut pace, now) = (Pace { paid: None }, Instant::now());
        assert!((0..IN_A_ROW).all(|_| pace.begin(now).is_ok()));
        assert_eq!(pace.begin(now), Err(REFILL));
        assert_eq!(pace.begin(now), Err(REFILL), "who is refused pays nothing");
        assert_eq!(pace.begin(now + REFILL), Ok(()));
        assert!(pace.begin(now + REFILL).is_err());
        let later = now + REFILL * IN_A_ROW * 9;
        assert!((0..IN_A_ROW).all(|_| pace.begin(later).is_ok()) && pace.begin(later).is_err());
    }
}
