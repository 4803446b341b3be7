//! `POST cloud/test`: what is typed about a bucket, tried before it is kept.

use serde_json::{Value, json};

use crate::rig::{Bucket, Operator, PASSWORD, VenueBox};

const NAMES: [&str; 6] = ["write", "read", "list", "remove", "public", "cors"];

fn operator(venuebox: &VenueBox) -> Operator {
    Operator::sign_in(venuebox.http, PASSWORD)
}

fn keep(operator: &Operator, account: &Value) {
    let answer = operator.change("cloud", |cloud| *cloud = account.clone());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Whether each step went well.
fn outcome(found: &Value) -> Vec<Value> {
    let steps = found["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, NAMES);
    for step in steps {
        assert!(step["text"].is_string() && (step["more"].is_null() || step["more"].is_string()), "{step}");
    }
    assert!(found["corsJson"].is_null() || found["corsJson"].is_string());
    steps.iter().map(|step| step["ok"].clone()).collect()
}

#[test]
fn a_bucket_is_tested_before_it_is_kept_and_nothing_of_it_stays() {
    let (venuebox, bucket) = (VenueBox::start(), Bucket::start());
    let operator = operator(&venuebox);
    let answer = operator.post("cloud/test", &bucket.account());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(outcome(&answer.json()), vec![json!(true); 6], "{}", answer.text());
    assert!(!answer.text().contains("secret\""));
    assert_eq!(operator.read("settings")["cloud"]["value"], Value::Null);
    let left = std::fs::read_dir(bucket.path("live")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn a_kept_secret_is_tested_where_it_was_entered_and_nowhere_else() {
    let (venuebox, bucket) = (VenueBox::start(), Bucket::start());
    let operator = operator(&venuebox);
    let with = |field: &str, value: &str| {
        let mut account = bucket.account();
        account["secretAccessKey"] = json!("***");
        account[field] = json!(value);
        operator.post("cloud/test", &account)
    };
    // There is none yet.
    assert_eq!(with("prefix", "live/").status, 422);
    keep(&operator, &bucket.account());
    assert_eq!(outcome(&with("prefix", "other/").json()), vec![json!(true); 6]);
    for (field, value) in [("endpoint", "http://127.0.0.1:9"), ("accessKeyId", "another")] {
        let refused = with(field, value);
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(refused.json()["field"], "secretAccessKey");
    }
    // Entered anew, it goes wherever it is to go.
    let mut account = bucket.account();
    account["endpoint"] = json!("http://127.0.0.1:9");
    let found = operator.post("cloud/test", &account).json();
    assert_eq!(outcome(&found)[0], false);
}

#[test]
fn what_is_no_account_is_refused_with_its_field() {
    let (venuebox, bucket) = (VenueBox::start(), Bucket::start());
    let operator = operator(&venuebox);
    for (field, value) in [("bucket", json!("A")), ("publicUrl", json!("ftp://x")), ("prefix", json!("../"))]
    {
        let mut account = bucket.account();
        account[field] = value;
        let refused = operator.post("cloud/test", &account);
        assert_eq!((refused.status, refused.json()["field"].clone()), (422, json!(field)));
    }
    assert_eq!(operator.post("cloud/test", &Value::Null).status, 422);
    let token = operator.post("tokens", &json!({"name": "Script", "scopes": ["read", "control"]}));
    let script = Operator::with_token(venuebox.http, token.json()["token"].as_str().unwrap());
    assert_eq!(script.post("cloud/test", &bucket.account()).status, 403);
}

#[test]
fn one_test_runs_at_a_time() {
    let venuebox = VenueBox::start();
    let operator = operator(&venuebox);
    // It takes the connection and the request, and does not answer.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut account = Bucket::start().account();
    account["endpoint"] = json!(format!("http://{}", silent.local_addr().unwrap()));
    let (first, wanted) = (operator.clone(), account.clone());
    let first = std::thread::spawn(move || first.post("cloud/test", &wanted));
    let (held, _) = silent.accept().unwrap();
    let second = operator.post("cloud/test", &account);
    assert_eq!(second.status, 409, "{}", second.text());
    // Nobody is there any more.
    drop((held, silent));
    let first = first.join().unwrap();
    assert_eq!(outcome(&first.json())[0], false, "{}", first.text());
}
