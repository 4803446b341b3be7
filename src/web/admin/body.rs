//! JSON bodies: bounded, typed, and refused in words that name the field.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;
use crate::web::App;

/// The largest JSON body; ours are below 2 KB. Threat: memory.
const MAX_JSON: usize = 16 << 10;

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
    use http_body_util::{BodyExt, LengthLimitError, Limited};
    match Limited::new(body, most).collect().await {
        Ok(bytes) => Ok(bytes.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::too_long(most)),
        Err(_) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the request broke off")),
    }
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
