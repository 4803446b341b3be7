//! The fetcher against real sockets that answer as they are told.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::access::Forbidden;

const LIMITS: Limits = Limits { bytes: 64 << 10, time: Duration::from_secs(20) };

/// A server that gives each connection this answer; an endless one goes on with its last byte.
async fn server(answer: impl Into<Vec<u8>>, endless: bool) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let answer = answer.into();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let _ = socket.read(&mut [0; 4 << 10]).await;
                let _ = socket.write_all(&answer).await;
                while endless && socket.write_all(&[b'x'; 1 << 10]).await.is_ok() {}
            });
        }
    });
    Url::parse(&url).unwrap()
}

fn whole(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// Fetches what the operator named.
async fn fetch(url: &Url, range: Option<Range>) -> Result<Fetched, FetchError> {
    Fetcher::new(Outgoing::from_operator(url)).unwrap().get(url, range, LIMITS).await
}

#[tokio::test]
async fn an_answer_is_fetched_whole() {
    let url = server(whole("hello"), false).await;
    assert_eq!(fetch(&url, None).await.unwrap().bytes, "hello");
}

#[tokio::test]
async fn whoever_asks_for_a_page_hears_whether_it_may_read() {
    let url =
        server(whole("hello").replace("200 OK", "200 OK\r\nAccess-Control-Allow-Origin: *"), false).await;
    let fetcher = Fetcher::new(Outgoing::from_operator(&url)).unwrap();
    let fetched = fetcher.get_for("https://page.example", &url, LIMITS).await.unwrap();
    assert_eq!(fetched.allows.as_deref(), Some("*"));
    let url = server(whole("hello"), false).await;
    let fetcher = Fetcher::new(Outgoing::from_operator(&url)).unwrap();
    assert_eq!(fetcher.get_for("https://page.example", &url, LIMITS).await.unwrap().allows, None);
}

#[tokio::test]
async fn a_range_is_cut_out_where_the_server_knows_none() {
    let url = server(whole("0123456789"), false).await;
    let range = Range { offset: 2, length: 3 };
    assert_eq!(fetch(&url, Some(range)).await.unwrap().bytes, "234");
    let beyond = Range { offset: 8, length: u64::MAX };
    assert_eq!(fetch(&url, Some(beyond)).await.unwrap().bytes, "89");
}

#[tokio::test]
async fn a_redirect_within_the_named_host_is_followed_and_one_to_itself_is_not_for_ever() {
    let url = server(redirect("/"), false).await;
    assert!(matches!(fetch(&url, None).await, Err(FetchError::Redirects { .. })));
}

#[tokio::test]
async fn a_redirect_to_an_address_that_the_operator_did_not_name_is_refused() {
    let secret = server(whole("secret"), false).await;
    let named = secret.to_string().replace("127.0.0.1", "localhost");
    for to in [secret.as_str(), &named, "http://169.254.169.254/latest/", "file:///etc/passwd"] {
        let url = server(redirect(to), false).await;
        let outcome = fetch(&url, None).await;
        assert!(matches!(outcome, Err(FetchError::Forbidden(_))), "{to}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_refused_where_it_is_connected_to() {
    let url = server(whole("secret"), false).await;
    let mut named = url.clone();
    named.set_host(Some("localhost")).unwrap();
    let elsewhere = Outgoing::from_operator(&Url::parse("http://feed.example/").unwrap());
    let outcome = Fetcher::new(elsewhere).unwrap().get(&named, None, LIMITS).await;
    assert!(
        matches!(outcome, Err(FetchError::Forbidden(Forbidden::Address { ref host, .. })) if host == "localhost"),
        "{outcome:?}"
    );
    assert_eq!(fetch(&named, None).await.unwrap().bytes, "secret");
}

#[tokio::test]
async fn an_answer_that_never_ends_is_cut_off() {
    let url = server("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", true).await;
    let outcome = fetch(&url, None).await;
    assert!(matches!(outcome, Err(FetchError::TooLarge { .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let limits = Limits { time: Duration::from_millis(50), ..LIMITS };
    let fetcher = Fetcher::new(Outgoing::from_operator(&url)).unwrap();
    assert!(matches!(fetcher.get(&url, None, limits).await, Err(FetchError::TooSlow { .. })));
}

#[tokio::test]
async fn a_refusal_says_its_status_and_the_url_is_not_in_it() {
    let mut url = server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false).await;
    url.set_query(Some("token=secret"));
    let error = fetch(&url, None).await.unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 answers 404");
}

#[test]
fn a_name_and_a_password_in_the_url_go_to_its_server() {
    let url = Url::parse("https://cam:p%40ss+word@host/").unwrap();
    let value = credentials(&url).unwrap();
    assert_eq!(value.to_str().unwrap(), format!("Basic {}", STANDARD.encode("cam:p@ss+word")));
    assert!(value.is_sensitive());
}
