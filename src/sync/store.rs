//! A bucket behind the S3 protocol: R2, or any other.
//!
//! The client's own retries are off: what is sent again, and when, is the scheduler's to decide.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RequestChecksumCalculation,
    ResponseChecksumValidation, RuntimeComponents, StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

use super::trouble::Trouble;
use super::uplink::{PacedBody, Progress, Uplink, Urgency};
use crate::storage::settings::CloudStore;

/// A connection is there by then, or the storage is not reached.
const CONNECT: Duration = Duration::from_secs(5);

/// A request without a body of ours is answered by then.
const ANSWER: Duration = Duration::from_secs(20);

/// No byte of an upload moved for so long: its connection is dead. What the system's buffers hold goes out in that
/// time even where the uplink gives an upload no more than a megabit.
const STALL: Duration = Duration::from_secs(30);

/// Longer than this no upload takes. Threat: a peer that takes a byte now and then holds a place for ever.
const UPLOAD: Duration = Duration::from_secs(600);

/// More than this is not read back. Threat: an endpoint that is something else and answers without end.
const MAX_READ: usize = 8 << 20;

/// What signatures name where the endpoint does not say it: R2 has no other, and most others do not mind.
const REGION: &str = "auto";

/// A bucket; clones share their connections.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    bucket: String,
    prefix: String,
    uplink: Uplink,
    urgency: Urgency,
}

/// What lies in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its whole key in the bucket.
    pub key: String,
    /// Bytes.
    pub size: u64,
}

/// Who may read from pages of which origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsRule {
    /// Origins, or `*`.
    pub origins: Vec<String>,
    /// Methods.
    pub methods: Vec<String>,
    /// Request headers.
    pub headers: Vec<String>,
    /// Response headers that a page may read.
    pub expose: Vec<String>,
    /// Seconds that a browser remembers it.
    pub max_age: Option<i32>,
}

impl Store {
    /// The bucket that is set, with no cap on the uplink. Nothing is sent yet.
    pub fn new(store: &CloudStore) -> Self {
        Store::paced(store, Uplink::default())
    }

    /// The bucket that is set; what is put there keeps to the uplink's cap.
    pub fn paced(store: &CloudStore, uplink: Uplink) -> Self {
        let provider = Provider::Rustls(CryptoMode::Ring);
        let credentials =
            Credentials::new(&store.access_key_id, &store.secret_access_key, None, None, "settings");
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).build();
        let endpoint = endpoint(store);
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(Builder::new().tls_provider(provider).build_https())
            .region(Region::new(String::from(region(&endpoint))))
            .credentials_provider(credentials)
            .endpoint_url(endpoint)
            .force_path_style(true)
            // R2 refused what it did not ask for.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            // It knows nothing of our cap and takes a paced body for a dead one.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        let client = Client::from_conf(config);
        let (bucket, prefix) = (store.bucket.clone(), store.prefix.clone());
        Store { client, bucket, prefix, uplink, urgency: Urgency::Urgent }
    }

    /// The same bucket; what is put there waits for what is urgent.
    pub(super) fn patient(&self) -> Self {
        Store { urgency: Urgency::Patient, ..self.clone() }
    }

    /// What all keys start with.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The whole key of an object. A key stands below the prefix; one with a slash before it, below the bucket.
    pub fn whole(&self, key: &str) -> String {
        match key.strip_prefix('/') {
            Some(key) => String::from(key),
            None => format!("{}{key}", self.prefix),
        }
    }

    /// Puts an object there. When this returns `Ok`, it is there whole.
    ///
    /// # Errors
    /// [`Trouble`]; then it may be there all the same.
    pub async fn put(
        &self,
        key: &str,
        body: Bytes,
        content_type: &str,
        cache_control: &str,
    ) -> Result<(), Trouble> {
        let progress = Progress::new();
        let paced = Paced {
            body: body.clone(),
            uplink: self.uplink.clone(),
            progress: progress.clone(),
            urgency: self.urgency,
        };
        let put = self.client.put_object().bucket(&self.bucket).key(self.whole(key));
        let put = put.content_type(content_type).cache_control(cache_control);
        let put = put.body(ByteStream::from(body)).customize().interceptor(paced);
        match timeout(UPLOAD, progress.guard(STALL, Box::pin(put.send()))).await {
            Ok(Some(Ok(_))) => Ok(()),
            Ok(Some(Err(error))) => Err(Trouble::of(&error)),
            Ok(None) | Err(_) => Err(Trouble::Timeout),
        }
    }

    /// Reads an object; `None`: it is not there.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, Trouble> {
        let get = self.client.get_object().bucket(&self.bucket).key(self.whole(key));
        in_time(async {
            let mut body = match get.send().await {
                Ok(found) => found.body,
                Err(error) if is_missing(&error) => return Ok(None),
                Err(error) => return Err(Trouble::of(&error)),
            };
            let mut whole = BytesMut::new();
            while let Some(chunk) = body.next().await {
                let chunk = chunk.map_err(|_| Trouble::Connection(String::from("the answer broke off")))?;
                if whole.len() + chunk.len() > MAX_READ {
                    return Err(Trouble::Refused { status: 200, code: String::from("far too large") });
                }
                whole.extend_from_slice(&chunk);
            }
            Ok(Some(whole.freeze()))
        })
        .await
    }

    /// The first objects whose keys start with this one.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn list(&self, key: &str, limit: u16) -> Result<Vec<Object>, Trouble> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(self.whole(key));
        let list = list.max_keys(i32::from(limit));
        let listed = in_time(async { list.send().await.map_err(|error| Trouble::of(&error)) }).await?;
        let objects = listed.contents.unwrap_or_default().into_iter().filter_map(|object| {
            let size = u64::try_from(object.size.unwrap_or_default()).unwrap_or_default();
            Some(Object { key: object.key?, size })
        });
        Ok(objects.collect())
    }

    /// Removes an object, if it is there.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn delete(&self, key: &str) -> Result<(), Trouble> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(self.whole(key));
        in_time(async {
            match delete.send().await {
                Ok(_) => Ok(()),
                Err(error) if is_missing(&error) => Ok(()),
                Err(error) => Err(Trouble::of(&error)),
            }
        })
        .await
    }

    /// Who may read from pages of other origins. A token that is for objects alone may not ask.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn cors(&self) -> Result<Vec<CorsRule>, Trouble> {
        let get = self.client.get_bucket_cors().bucket(&self.bucket);
        in_time(async {
            match get.send().await {
                Ok(cors) => Ok(cors.cors_rules.unwrap_or_default().into_iter().map(CorsRule::from).collect()),
                Err(error) if code(&error) == Some("NoSuchCORSConfiguration") => Ok(Vec::new()),
                Err(error) => Err(Trouble::of(&error)),
            }
        })
        .await
    }

    /// Says who may, in place of whoever could before.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn put_cors(&self, rules: Vec<CorsRule>) -> Result<(), Trouble> {
        let rules = rules.into_iter().map(types::CorsRule::try_from).collect::<Result<Vec<_>, _>>()?;
        let cors = types::CorsConfiguration::builder().set_cors_rules(Some(rules)).build();
        let cors = cors.map_err(|_| Trouble::Endpoint)?;
        let put = self.client.put_bucket_cors().bucket(&self.bucket).cors_configuration(cors);
        in_time(async { put.send().await.map(|_| ()).map_err(|error| Trouble::of(&error)) }).await
    }
}

/// What tells one place in the world from another: what lies in one is not in the other.
pub(super) fn identity(store: &CloudStore) -> String {
    format!("{} {} {}", endpoint(store), store.bucket, store.prefix)
}

/// R2 gives each account a host of its own, and each jurisdiction of it another one.
fn endpoint(store: &CloudStore) -> String {
    let account = store.account_id.as_deref().unwrap_or_default();
    match (&store.endpoint, &store.jurisdiction) {
        (Some(endpoint), _) => endpoint.clone(),
        (None, Some(jurisdiction)) => format!("https://{account}.{jurisdiction}.r2.cloudflarestorage.com"),
        (None, None) => format!("https://{account}.r2.cloudflarestorage.com"),
    }
}

/// The region in the host's name, as in `s3.eu-central-1.amazonaws.com`: AWS and those who are built like it refuse a
/// signature that names another.
fn region(endpoint: &str) -> &str {
    let host = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let labels = host.split(['/', ':']).next().unwrap_or_default().split('.');
    // Older names of AWS run the service and the region together.
    let mut labels = labels.map(|label| label.strip_prefix("s3-").unwrap_or(label));
    labels.find(|label| is_region(label)).unwrap_or(REGION)
}

/// `eu-central-1`, `us-gov-west-1`, `eu-central-003`: letters, a hyphen, more of them, digits at the end.
fn is_region(label: &str) -> bool {
    let mut words = label.split('-');
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number =
        |word: &str| matches!(word.len(), 1..=3) && word.bytes().all(|byte| byte.is_ascii_digit());
    words.next_back().is_some_and(is_number) && words.clone().count() >= 2 && words.all(is_word)
}

async fn in_time<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    timeout(ANSWER, Box::pin(work)).await.unwrap_or(Err(Trouble::Timeout))
}

fn code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// A missing bucket is another matter.
fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    status == Some(404) && matches!(code(error), None | Some("NoSuchKey" | "NotFound"))
}

/// Paces the body once it is signed: the signature needs all of it, the network a little at a time.
#[derive(Debug)]
struct Paced {
    body: Bytes,
    uplink: Uplink,
    progress: Progress,
    urgency: Urgency,
}

impl Intercept for Paced {
    fn name(&self) -> &'static str {
        "pace"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (uplink, progress) = (self.uplink.clone(), self.progress.clone());
        let body = PacedBody::new(self.body.clone(), uplink, progress, self.urgency);
        *context.request_mut().body_mut() = SdkBody::from_body_1_x(body);
        Ok(())
    }
}

impl From<types::CorsRule> for CorsRule {
    fn from(rule: types::CorsRule) -> Self {
        CorsRule {
            origins: rule.allowed_origins,
            methods: rule.allowed_methods,
            headers: rule.allowed_headers.unwrap_or_default(),
            expose: rule.expose_headers.unwrap_or_default(),
            max_age: rule.max_age_seconds,
        }
    }
}

impl TryFrom<CorsRule> for types::CorsRule {
    type Error = Trouble;

    fn try_from(rule: CorsRule) -> Result<Self, Trouble> {
        let built = types::CorsRule::builder()
            .set_allowed_origins(Some(rule.origins))
            .set_allowed_methods(Some(rule.methods))
            .set_allowed_headers(Some(rule.headers))
            .set_expose_headers(Some(rule.expose))
            .set_max_age_seconds(rule.max_age)
            .build();
        // The client's word for a field that is missing, which none is.
        built.map_err(|_| Trouble::Endpoint)
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
