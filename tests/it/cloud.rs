//! A storage that does everything wrong that a storage can: the operator is told in words, what waits is sent once it
//! is well again, and who watches on this network never notices.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use crate::rig::{
    Bucket, Fault, Operator, Oracle, PASSWORD, PATIENCE, Publisher, VenueBox, Viewer, is_long, names,
};

/// An event on air that is recorded and goes to a bucket.
pub struct OnAir {
    pub venuebox: VenueBox,
    pub operator: Operator,
    pub oracle: Oracle,
    pub publisher: Publisher,
    /// Its media playlist.
    pub url: String,
}

impl OnAir {
    pub async fn start(arguments: &[String]) -> Self {
        OnAir::start_and(true, arguments).await
    }

    /// The same, recorded or not.
    pub async fn start_and(record: bool, arguments: &[String]) -> Self {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let venuebox = VenueBox::start_held(&arguments);
        let operator = Operator::sign_in(venuebox.http, PASSWORD);
        assert_eq!(operator.change("recording", |value| value["record"] = json!(record)).status, 200);
        let oracle = Oracle::listen(venuebox.http, &operator);
        oracle.until_state("its first state", Value::is_object);
        let publisher = Publisher::test_card(&venuebox);
        let url = venuebox.media_playlist_url().await;
        OnAir { venuebox, operator, oracle, publisher, url }
    }

    /// `{epoch}/{event}-{rendition}` of what is on air.
    pub fn rendition(&self) -> String {
        let (folder, _) = self.url.rsplit_once('/').unwrap();
        folder.rsplit_once("/hls/").unwrap().1.to_owned()
    }

    /// Waits until what the storage does is told in these words.
    fn until_told(&self, words: &str) {
        self.oracle.until_state(words, |state| {
            let cloud = &state["cloud"];
            cloud["error"].as_str().is_some_and(|error| error.contains(words)) && cloud["state"] == "trouble"
        });
    }

    /// Waits until nothing is wrong, and what was kept since is in the bucket.
    fn until_well(&self) {
        self.oracle.until_state("no trouble", |state| {
            let cloud = &state["cloud"];
            cloud["error"].is_null() && cloud["state"] != "trouble" && cloud.is_object()
        });
        self.oracle.until_uploaded(1);
    }

    /// Ends the event.
    pub fn end(&mut self) {
        self.publisher.0.kill();
        let ended = self.operator.post("event/end", &json!({}));
        assert!(ended.status < 300, "{}", ended.text());
    }

    /// The key of the whole event's playlist in a bucket.
    pub fn whole_key(&self) -> String {
        let rendition = self.rendition();
        let (event, number) = rendition.rsplit_once('-').unwrap();
        format!("events/{}/{number}.m3u8", event.replace('/', "-"))
    }

    /// Waits for the whole event in a bucket, and says the Media Sequence Numbers in it.
    pub fn whole(&self, bucket: &Bucket) -> Vec<u64> {
        let key = self.whole_key();
        let entrance = format!("{}/stream.m3u8", key.rsplit_once('/').unwrap().0);
        bucket.until(&entrance, |bucket| bucket.text(&entrance));
        let whole = bucket.text(&key).unwrap();
        assert!(whole.ends_with("#EXT-X-ENDLIST\n"), "{whole}");
        let msn = |name: String| name.rsplit('/').next()?.strip_suffix(".m4s")?.parse().ok();
        names(&whole).filter_map(msn).collect()
    }
}

#[tokio::test]
async fn whatever_a_storage_does_wrong_is_told_in_words_and_live_goes_on() {
    let bucket = Bucket::start();
    let mut on_air = OnAir::start(&bucket.arguments()).await;
    let viewer = Viewer::watch(&on_air.url);
    on_air.oracle.until_uploaded(3);
    let mut faults = vec![
        (Fault::Refuses(403, "InvalidAccessKeyId"), "does not know this Access Key ID"),
        (Fault::Refuses(403, "AccessDenied"), "the token may not do this"),
        (Fault::Refuses(404, "NoSuchBucket"), "there is no bucket of this name"),
        (Fault::Refuses(429, "TooManyRequests"), "asks the box to be slower"),
        (Fault::Refuses(500, "InternalError"), "a fault of its own (HTTP 500)"),
        (Fault::Refuses(403, "RequestTimeTooSkewed"), "the box's clock is too far"),
        (Fault::Cut, "the storage is not reached"),
    ];
    if is_long() {
        // An upload that nobody takes is waited for for half a minute.
        faults.push((Fault::Silent, "does not answer in time"));
    }
    for (fault, words) in faults {
        bucket.fault(fault);
        on_air.until_told(words);
        bucket.mend();
        on_air.until_well();
        bucket.assert_whole();
    }
    // Both what the server itself says of a wrong secret, and what follows when somebody corrects it.
    let secret = |secret: &'static str| {
        let changed = on_air.operator.change("cloud", |value| value["secretAccessKey"] = json!(secret));
        assert_eq!(changed.status, 200, "{}", changed.text());
    };
    secret("another");
    on_air.until_told("the Secret Access Key does not belong to this Access Key ID");
    secret("secret");
    on_air.until_well();
    // A slow one is no trouble.
    bucket.fault(Fault::Slow(Duration::from_millis(1_200)));
    on_air.oracle.until_uploaded(3);
    assert_eq!(on_air.oracle.promises().state["cloud"]["error"], Value::Null);
    bucket.mend();
    let lost = lose_one_of_an_outage(&on_air, &bucket);
    viewer.saw_everything();
    on_air.end();
    let listed = on_air.whole(&bucket);
    let kept = on_air.oracle.promises().kept;
    let expected: Vec<u64> = kept.iter().map(|(.., msn)| *msn).filter(|msn| *msn != lost).collect();
    assert_eq!(listed, expected);
    let whole = bucket.text(&on_air.whole_key()).unwrap();
    assert_eq!(whole.matches("#EXT-X-DISCONTINUITY\n").count(), 1, "where one was lost: {whole}");
    bucket.assert_paced();
    bucket.assert_whole();
}

/// Nobody is reached for a while in which a file goes that waits to be sent; says which.
fn lose_one_of_an_outage(on_air: &OnAir, bucket: &Bucket) -> u64 {
    bucket.vanish();
    on_air.until_told("the storage is not reached");
    let before = on_air.oracle.promises().kept;
    on_air.oracle.until_kept(5);
    let after = on_air.oracle.promises().kept;
    let (.., lost) = *after.difference(&before).nth(1).unwrap();
    let folder = on_air.venuebox.data().join("archive").join(on_air.rendition());
    std::fs::remove_file(folder.join(format!("{lost}.m4s"))).unwrap();
    bucket.return_again();
    on_air.until_well();
    on_air.oracle.until("what was lost is told", |heard| {
        heard.journal.iter().any(|text| text.contains("gone before")).then_some(())
    });
    let live = format!("live/{}/stream.m3u8", on_air.rendition());
    let newest = after.iter().next_back().unwrap().2;
    let text = bucket.until("the live edge is back", |bucket| {
        bucket.text(&live).filter(|text| {
            text.contains(&format!("\n{newest}.m4s")) || !text.contains(&format!("\n{lost}.m4s"))
        })
    });
    assert!(!text.contains(&format!("\n{lost}.m4s")), "{text}");
    lost
}

/// A server with a certificate that nobody signed.
fn with_a_wrong_certificate() -> String {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.unwrap().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            // Nobody goes on after the greeting.
            let _ = rustls::Stream::new(&mut connection, &mut socket).read(&mut [0]);
        }
    });
    format!("https://{address}")
}

#[tokio::test]
async fn a_wrong_certificate_and_a_wrong_name_are_told_and_nothing_is_missing_once_they_are_corrected() {
    let bucket = Bucket::start();
    let mut arguments = bucket.arguments();
    arguments[1] = with_a_wrong_certificate();
    let mut on_air = OnAir::start(&arguments).await;
    let viewer = Viewer::watch(&on_air.url);
    on_air.until_told("no secure connection to the storage");
    let endpoint = |endpoint: String| {
        let changed = on_air.operator.change("cloud", |value| {
            value["endpoint"] = json!(endpoint);
            value["secretAccessKey"] = json!("secret");
        });
        assert_eq!(changed.status, 200, "{}", changed.text());
    };
    endpoint("http://bucket.invalid".to_owned());
    on_air.until_told("the storage's name is not found");
    endpoint(bucket.endpoint());
    on_air.until_well();
    viewer.saw_everything();
    on_air.end();
    let listed = on_air.whole(&bucket);
    let promises = on_air.oracle.promises();
    assert_eq!(listed, promises.kept.iter().map(|(.., msn)| *msn).collect::<Vec<_>>());
    let put = bucket.put("live/stream.m3u8").expect("no entrance");
    assert_eq!(
        (put.content_type.as_str(), put.cache_control.as_str()),
        ("application/vnd.apple.mpegurl", "public, max-age=1")
    );
    let read = crate::rig::get(&bucket.public_url("live/stream.m3u8"));
    assert_eq!((read.status, read.header("access-control-allow-origin")), (200, Some("*")));
    bucket.assert_paced();
    bucket.assert_whole();
}
