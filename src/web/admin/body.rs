//! JSON bodies: bounded, typed, and refused in words that name the field.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;
use crate::web::App;

/// The largest JSON body; ours are below 2 KB. Threat: memory.
const MAX_JSON: usize = 16 << 10;

/// The most of a refused body that is read. Threat: somebody who never stops.
const MAX_LET_GO: usize = 32 << 20;

/// A body arrives in this time: a photograph over a bad Wi-Fi takes a while. Threat: a sender that drips.
const ARRIVES: Duration = Duration::from_secs(60);

/// A JSON body of that shape.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &App) -> Result<Self, Refusal> {
        let bytes = read(request.into_body(), MAX_JSON).await?;
        parse(&bytes).map(Json)
    }
}

/// A body's bytes, at most so many.
pub async fn read(body: Body, most: usize) -> Result<Vec<u8>, Refusal> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    let whole = arrive(body, |data| {
        // What is too long is read on and let go: the answer would not reach somebody who is still sending.
        length += data.len();
        if length <= most {
            bytes.extend_from_slice(data);
        }
    });
    whole.await?;
    if length > most { Err(Refusal::too_long(most)) } else { Ok(bytes) }
}

/// Reads what a refused request still sends, so that the refusal reaches its sender.
pub async fn let_go(body: Body) {
    // It is refused already.
    let _ = arrive(body, |_| {}).await;
}

async fn arrive(mut body: Body, mut take: impl FnMut(&[u8])) -> Result<(), Refusal> {
    let all = async {
        let mut length = 0_usize;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the request broke off"))?;
            let data = frame.data_ref().map(|data| &data[..]).unwrap_or_default();
            length = length.saturating_add(data.len());
            if length > MAX_LET_GO {
                return Err(Refusal::too_long(MAX_LET_GO));
            }
            take(data);
        }
        Ok(())
    };
    let late = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time");
    tokio::time::timeout(ARRIVES, all).await.map_err(late)?
}

/// A value of JSON text.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let not_json = |_| Refusal::new(StatusCode::BAD_REQUEST, "this is not valid JSON");
    of_value(&serde_json::from_slice(bytes).map_err(not_json)?)
}

/// A value of JSON that was parsed already. What is wrong is said with the field that it is in.
pub fn of_value<T: DeserializeOwned>(value: &Value) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let why = error.inner().to_string();
        match field(error.path()) {
            Some(field) => Refusal::value(field, &why),
            None => Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, &why),
        }
    })
}

fn field(path: &serde_path_to_error::Path) -> Option<String> {
    use serde_path_to_error::Segment;
    path.iter()
        .rev()
        .find_map(|segment| if let Segment::Map { key } = segment { Some(key.clone()) } else { None })
}

/// Every field has to be there, those that may be null as well: what a page forgets would be erased unseen.
pub fn complete<T: Serialize>(given: &Value, understood: &T) -> Result<(), Refusal> {
    let (Value::Object(given), Ok(Value::Object(wanted))) = (given, serde_json::to_value(understood)) else {
        return Ok(());
    };
    match wanted.keys().find(|name| !given.contains_key(*name)) {
        Some(missing) => Err(Refusal::value(missing.clone(), "this field is missing")),
        None => Ok(()),
    }
}
