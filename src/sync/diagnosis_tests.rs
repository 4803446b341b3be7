use hyper::Method;

use super::*;
use crate::sync::bucket::Bucket;

const FOR_ONE_PAGE: &str = "<CORSConfiguration><CORSRule><AllowedOrigin>https://example.org</AllowedOrigin>\
                            <AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";

fn step(diagnosis: &Diagnosis, name: StepName) -> &Step {
    diagnosis.steps.iter().find(|step| step.name == name).unwrap()
}

/// What went well, what did not, and what is not known, in the order of the steps.
fn outcome(diagnosis: &Diagnosis) -> [Option<bool>; 6] {
    let steps: Vec<_> = diagnosis.steps.iter().map(|step| step.ok).collect();
    steps.try_into().unwrap()
}

/// Nothing of a test is left in the bucket.
fn is_clean(bucket: &Bucket) -> bool {
    std::fs::read_dir(bucket.path("live")).map_or(true, |entries| entries.count() == 0)
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[tokio::test]
async fn a_bucket_where_all_is_right_passes_and_is_left_as_it_was() {
    let bucket = Bucket::start().await;
    bucket.set_cors(Some(
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>",
    ));
    let before = bucket.cors();
    let diagnosis = diagnose(&bucket.public_settings()).await;
    assert_eq!(outcome(&diagnosis), [YES; 6], "{diagnosis:#?}");
    assert_eq!(diagnosis.cors_json, None);
    assert_eq!(bucket.cors(), before);
    assert!(is_clean(&bucket));
}

#[tokio::test]
async fn missing_rules_for_pages_are_set_and_those_there_are_kept() {
    let bucket = Bucket::start().await;
    bucket.set_cors(Some(FOR_ONE_PAGE));
    let diagnosis = diagnose(&bucket.public_settings()).await;
    assert_eq!(outcome(&diagnosis), [YES; 6], "{diagnosis:#?}");
    let rules = bucket.cors().unwrap();
    assert!(rules.contains("https://example.org") && rules.contains(">*<"), "{rules}");

    bucket.set_cors(Some(""));
    assert_eq!(outcome(&diagnose(&bucket.public_settings()).await), [YES; 6]);
}

#[tokio::test]
async fn a_token_for_objects_alone_is_no_failure_and_the_rules_are_given_to_paste() {
    let bucket = Bucket::start().await;
    let diagnosis = diagnose(&bucket.public_settings()).await;
    assert_eq!(outcome(&diagnosis), [YES, YES, YES, YES, YES, None], "{diagnosis:#?}");
    let pasted: serde_json::Value = serde_json::from_str(diagnosis.cors_json.as_deref().unwrap()).unwrap();
    assert_eq!(pasted[0]["AllowedOrigins"][0], "*");
    assert_eq!(pasted[0]["AllowedMethods"][0], "GET");
}

#[tokio::test]
async fn without_a_public_address_the_rest_is_tried() {
    let bucket = Bucket::start().await;
    let settings = CloudStore { public_url: None, ..bucket.settings() };
    let diagnosis = diagnose(&settings).await;
    assert_eq!(outcome(&diagnosis), [YES, YES, YES, YES, None, None], "{diagnosis:#?}");
}

#[tokio::test]
async fn a_wrong_secret_and_a_wrong_bucket_are_named_and_nothing_more_is_tried() {
    let bucket = Bucket::start().await;
    let found = async |change: fn(&mut CloudStore)| {
        let mut settings = bucket.public_settings();
        change(&mut settings);
        let diagnosis = diagnose(&settings).await;
        assert_eq!(outcome(&diagnosis), [NO, None, None, None, None, None], "{diagnosis:#?}");
        diagnosis.steps[0].text.clone()
    };
    let secret = found(|settings| settings.secret_access_key = "hushhush".into()).await;
    assert!(secret.contains("Secret Access Key") && !secret.contains("hushhush"), "{secret}");
    let name = found(|settings| settings.bucket = "monday".into()).await;
    assert!(name.contains("no bucket “monday”"), "{name}");
}

#[tokio::test]
async fn a_token_for_reading_alone_is_told_from_one_for_another_bucket() {
    let bucket = Bucket::start().await;
    bucket.deny(&[Method::PUT]);
    let diagnosis = diagnose(&bucket.public_settings()).await;
    assert!(diagnosis.steps[0].text.contains("may read this bucket, but not write"), "{diagnosis:#?}");
    bucket.deny(&[Method::PUT, Method::GET]);
    let diagnosis = diagnose(&bucket.public_settings()).await;
    assert!(diagnosis.steps[0].text.contains("may not do this in a bucket “sunday”"), "{diagnosis:#?}");
}

#[tokio::test]
async fn a_token_for_writing_alone_fails_where_it_reads_and_leaves_nothing() {
    let bucket = Bucket::start().await;
    bucket.deny(&[Method::GET]);
    let diagnosis = diagnose(&bucket.public_settings()).await;
    assert_eq!(outcome(&diagnosis), [YES, NO, NO, YES, YES, None], "{diagnosis:#?}");
    assert!(is_clean(&bucket));
}

#[tokio::test]
async fn a_probe_that_cannot_be_removed_is_said() {
    let bucket = Bucket::start().await;
    bucket.deny(&[Method::DELETE]);
    let diagnosis = diagnose(&bucket.public_settings()).await;
    assert_eq!(step(&diagnosis, StepName::Remove).ok, NO, "{diagnosis:#?}");
}

#[tokio::test]
async fn a_public_address_of_something_else_is_told() {
    let bucket = Bucket::start().await;
    let found = async |settings: CloudStore| {
        let diagnosis = diagnose(&settings).await;
        assert_eq!(outcome(&diagnosis), [YES, YES, YES, YES, NO, None], "{diagnosis:#?}");
        assert!(is_clean(&bucket));
        step(&diagnosis, StepName::Public).clone()
    };
    // The folder is not part of it.
    let mut settings = bucket.public_settings();
    settings.public_url = settings.public_url.map(|url| format!("{url}/live"));
    assert!(found(settings).await.text.contains("404"));
    // The endpoint itself.
    let mut settings = bucket.settings();
    settings.public_url = settings.endpoint.as_ref().map(|endpoint| format!("{endpoint}/sunday"));
    let endpoint = found(settings).await;
    assert!(endpoint.text.contains("where the box writes"), "{endpoint:?}");
    // A port that was just free.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = Some(format!("http://127.0.0.1:{port}"));
    assert!(
        found(CloudStore { public_url: nobody, ..bucket.settings() }).await.text.contains("does not answer")
    );
    bucket.give_address_away(200, "Welcome!");
    assert!(found(bucket.public_settings()).await.text.contains("something else"));
    bucket.give_address_away(403, "no");
    let mut settings = bucket.public_settings();
    settings.public_url = settings.public_url.map(|url| url.replace("127.0.0.1", "localhost"));
    assert!(found(settings).await.text.contains("to nobody"));
}

#[tokio::test]
async fn nobody_at_the_endpoint_is_said_once() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bucket = Bucket::start().await;
    let settings = CloudStore { endpoint: Some(format!("http://127.0.0.1:{port}")), ..bucket.settings() };
    let diagnosis = diagnose(&settings).await;
    assert_eq!(outcome(&diagnosis), [NO, None, None, None, None, None], "{diagnosis:#?}");
    assert!(diagnosis.steps[0].text.contains("Nobody answers"), "{diagnosis:#?}");
}

#[tokio::test]
async fn a_bucket_in_another_jurisdiction_is_found_there() {
    let bucket = Bucket::start().await;
    let right = bucket.public_settings();
    let wrong = CloudStore { bucket: "monday".into(), ..right.clone() };
    let others = vec![("Mars", wrong.clone()), ("European Union (eu)", right)];
    let diagnosis = diagnose_beside(&wrong, others).await;
    assert_eq!(outcome(&diagnosis), [NO, None, None, None, None, None], "{diagnosis:#?}");
    assert!(
        diagnosis.steps[0].text.ends_with("with the jurisdiction “European Union (eu)”."),
        "{diagnosis:#?}"
    );
}

#[tokio::test]
async fn a_bucket_that_is_named_in_the_endpoint_too_is_told() {
    let bucket = Bucket::start().await;
    let mut settings = bucket.public_settings();
    settings.endpoint = settings.endpoint.map(|endpoint| endpoint + "/sunday/");
    let diagnosis = diagnose(&settings).await;
    for name in [StepName::List, StepName::Public] {
        let step = step(&diagnosis, name);
        assert!(
            step.ok == NO && step.text.starts_with("The endpoint ends with the bucket's name"),
            "{diagnosis:#?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answers_ends_the_test_in_time() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Some(format!("http://{}", silent.local_addr().unwrap()));
    let bucket = Bucket::start().await;
    let start = tokio::time::Instant::now();
    let diagnosis = diagnose(&CloudStore { endpoint, ..bucket.settings() }).await;
    assert!(diagnosis.steps[0].text.contains("in time"), "{diagnosis:#?}");
    assert!(start.elapsed() <= WHOLE, "{:?}", start.elapsed());
}
