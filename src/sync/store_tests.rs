use super::*;
use crate::sync::bucket::Bucket;

fn at(endpoint: &str) -> CloudStore {
    CloudStore {
        endpoint: Some(endpoint.into()),
        account_id: None,
        jurisdiction: None,
        bucket: "sunday".into(),
        access_key_id: "key".into(),
        secret_access_key: "secret".into(),
        public_url: None,
        prefix: "live/".into(),
    }
}

#[tokio::test]
async fn an_object_is_put_read_listed_and_removed() {
    let bucket = Bucket::start().await;
    let store = Store::new(&bucket.settings());
    let body = Bytes::from(vec![7; 300_000]);
    store.put("epoch/1-0/7.m4s", body.clone(), "video/mp4", "no-cache").await.unwrap();
    store.put("/index.html", "page".into(), "text/html", "no-cache").await.unwrap();
    assert_eq!(std::fs::read(bucket.path("live/epoch/1-0/7.m4s")).unwrap(), body);
    assert!(bucket.path("index.html").exists());
    assert_eq!(store.get("epoch/1-0/7.m4s").await, Ok(Some(body)));
    let object = Object { key: "live/epoch/1-0/7.m4s".into(), size: 300_000 };
    assert_eq!(store.list("epoch/", 10).await, Ok(vec![object]));
    store.delete("epoch/1-0/7.m4s").await.unwrap();
    assert_eq!(store.get("epoch/1-0/7.m4s").await, Ok(None));
    store.delete("epoch/1-0/7.m4s").await.unwrap();
}

#[tokio::test]
async fn a_cap_holds_on_the_way_to_a_real_server() {
    let bucket = Bucket::start().await;
    let uplink = Uplink::default();
    uplink.set_limit(Some(8));
    let store = Store::paced(&bucket.settings(), uplink.clone());
    let start = std::time::Instant::now();
    store.put("7.m4s", vec![7; 500_000].into(), "video/mp4", "no-cache").await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(450), "{:?}", start.elapsed());
    assert_eq!(uplink.sent(), 500_000);
}

#[tokio::test]
async fn a_wrong_key_secret_or_bucket_is_named() {
    let bucket = Bucket::start().await;
    let list = async |change: fn(&mut CloudStore)| {
        let mut settings = bucket.settings();
        change(&mut settings);
        Store::new(&settings).list("", 1).await.unwrap_err()
    };
    assert_eq!(list(|settings| settings.secret_access_key = "other".into()).await, Trouble::Signature);
    assert_eq!(list(|settings| settings.bucket = "monday".into()).await, Trouble::NoBucket);
    // This server has no word of its own for it.
    assert_ne!(list(|settings| settings.access_key_id = "other".into()).await, Trouble::Signature);
}

#[tokio::test]
async fn nobody_there_no_name_and_no_secure_connection_are_told_apart() {
    let put = async |endpoint: &str| {
        Store::new(&at(endpoint)).put("x", "x".into(), "text/plain", "no-cache").await.unwrap_err()
    };
    // A port that was just free.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = put(&format!("http://127.0.0.1:{port}")).await;
    assert!(matches!(nobody, Trouble::Connection(_)), "{nobody:?}");
    assert_eq!(put("http://bucket.invalid").await, Trouble::Dns);
    let bucket = Bucket::start().await;
    let plain = bucket.settings().endpoint.unwrap().replace("http:", "https:");
    let plain = put(&plain).await;
    assert!(matches!(plain, Trouble::Tls(_)), "{plain:?}");
}

#[test]
fn each_jurisdiction_has_a_host_of_its_own() {
    let mut store = at("x");
    (store.endpoint, store.account_id) = (None, Some("0a".into()));
    assert_eq!(endpoint(&store), "https://0a.r2.cloudflarestorage.com");
    store.jurisdiction = Some("eu".into());
    assert_eq!(endpoint(&store), "https://0a.eu.r2.cloudflarestorage.com");
}

#[test]
fn a_signature_names_the_region_that_the_endpoint_names() {
    let named = [
        ("https://s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("https://s3-us-west-2.amazonaws.com/", "us-west-2"),
        ("https://s3.dualstack.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("https://s3.eu-central-003.backblazeb2.com", "eu-central-003"),
        ("https://s3.ap-southeast-1.wasabisys.com:443", "ap-southeast-1"),
        ("https://0123abc.eu.r2.cloudflarestorage.com", "auto"),
        ("http://127.0.0.1:9000", "auto"),
        ("http://nas-1.local:9000", "auto"),
    ];
    for (endpoint, wanted) in named {
        assert_eq!(region(endpoint), wanted, "{endpoint}");
    }
}
