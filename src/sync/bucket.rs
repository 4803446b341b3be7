//! For tests: a real S3 server on a folder, with a watcher who sees every request, and with faults.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::storage::settings::CloudStore;

const NAME: &str = "sunday";

/// Below it everybody reads.
const PUBLIC: &str = "/-public";

/// A server with one bucket; it ends with the runtime of its test.
pub struct Bucket {
    address: std::net::SocketAddr,
    shared: Arc<Shared>,
    folder: tempfile::TempDir,
}

struct Shared {
    root: PathBuf,
    /// What every request is answered with; 0: by the server.
    fault: AtomicU16,
    /// What is refused for itself: keys that end so.
    refused: Mutex<Option<&'static str>>,
    /// The bucket's rules for pages; `None`: the key may neither read nor write them.
    cors: Mutex<Option<String>>,
    /// Which requests are refused for want of a right: their methods.
    denied: Mutex<Vec<Method>>,
    /// What the public address answers with; `None`: with the objects.
    elsewhere: Mutex<Option<(u16, &'static str)>>,
    /// What was put and deleted, and what was wrong about it at that moment.
    seen: Mutex<Vec<String>>,
    wrong: Mutex<Vec<String>>,
    count: watch::Sender<usize>,
}

impl Bucket {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(NAME);
        std::fs::create_dir(&root).unwrap();
        let service = service(&folder);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            root,
            fault: AtomicU16::new(0),
            refused: Mutex::default(),
            cors: Mutex::default(),
            denied: Mutex::default(),
            elsewhere: Mutex::default(),
            seen: Mutex::default(),
            wrong: Mutex::default(),
            count: watch::Sender::new(0),
        });
        let watcher = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (service, watcher) = (service.clone(), Arc::clone(&watcher));
                let service = service_fn(move |request| {
                    let (service, watcher) = (service.clone(), Arc::clone(&watcher));
                    async move { watcher.answer(service, request).await }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            }
        });
        Bucket { address, shared, folder }
    }

    pub fn settings(&self) -> CloudStore {
        CloudStore {
            endpoint: Some(format!("http://{}", self.address)),
            account_id: None,
            jurisdiction: None,
            bucket: NAME.into(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            public_url: Some("https://media.example.org".into()),
            prefix: "live/".into(),
        }
    }

    /// The same, with a public address that is the bucket's.
    pub fn public_settings(&self) -> CloudStore {
        CloudStore { public_url: Some(format!("http://{}{PUBLIC}", self.address)), ..self.settings() }
    }

    /// The rules for pages, in the protocol's words; `None`: the key may neither read nor write them.
    pub fn set_cors(&self, rules: Option<&str>) {
        *self.shared.cors.lock().unwrap() = rules.map(str::to_owned);
    }

    pub fn cors(&self) -> Option<String> {
        self.shared.cors.lock().unwrap().clone()
    }

    /// The key has no right to these methods.
    pub fn deny(&self, methods: &[Method]) {
        *self.shared.denied.lock().unwrap() = methods.to_vec();
    }

    /// The public address is somebody else's.
    pub fn give_address_away(&self, status: u16, body: &'static str) {
        *self.shared.elsewhere.lock().unwrap() = Some((status, body));
    }

    /// Where an object lies on the server's disk.
    pub fn path(&self, whole_key: &str) -> PathBuf {
        self.folder.path().join(NAME).join(whole_key)
    }

    pub fn text(&self, whole_key: &str) -> Option<String> {
        std::fs::read_to_string(self.path(whole_key)).ok()
    }

    /// Answers everything with this status; 0: as it should.
    pub fn fault(&self, status: u16) {
        self.shared.fault.store(status, Ordering::SeqCst);
    }

    /// Refuses one object, or none, and answers everything else as it should.
    pub fn refuse(&self, ending: Option<&'static str>) {
        *self.shared.refused.lock().unwrap() = ending;
    }

    /// What was put and deleted until now: `PUT live/…`.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits until something is so; it is looked after every request.
    pub async fn until(&self, mut so: impl FnMut(&Bucket) -> bool) {
        let mut count = self.shared.count.subscribe();
        count.wait_for(|_| so(self)).await.unwrap();
    }

    /// Requests until now.
    pub fn requests(&self) -> usize {
        *self.shared.count.borrow()
    }

    /// At no moment a playlist named what was not there.
    pub fn assert_whole(&self) {
        let wrong = self.shared.wrong.lock().unwrap();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

impl Shared {
    async fn answer(
        &self,
        service: S3Service,
        request: Request<Incoming>,
    ) -> Result<Response<s3s::Body>, s3s::HttpError> {
        let refused =
            self.refused.lock().unwrap().is_some_and(|ending| request.uri().path().ends_with(ending));
        let fault = if refused { 400 } else { self.fault.load(Ordering::SeqCst) };
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        if let Some(key) = path.strip_prefix(PUBLIC) {
            return Ok(self.publicly(key.trim_start_matches('/')));
        }
        if request.uri().query().is_some_and(|query| query.starts_with("cors")) {
            return Ok(self.rules(request).await);
        }
        if self.denied.lock().unwrap().contains(&method) {
            return Ok(said(403, &error("AccessDenied")));
        }
        // The server behind would make it.
        if !path.trim_start_matches('/').starts_with(NAME) {
            return Ok(said(404, &error("NoSuchBucket")));
        }
        let key = path.trim_start_matches('/').trim_start_matches(NAME).trim_start_matches('/').to_owned();
        let answer = if fault == 0 {
            service.call(request.map(s3s::Body::from)).await
        } else {
            let mut answer = Response::new(s3s::Body::empty());
            *answer.status_mut() = fault.try_into().unwrap();
            Ok(answer)
        };
        if fault == 0 && (method == Method::PUT || method == Method::DELETE) {
            self.seen.lock().unwrap().push(format!("{method} {key}"));
            self.look(&format!("{method} {key}"));
        }
        self.count.send_modify(|count| *count += 1);
        answer
    }

    fn publicly(&self, key: &str) -> Response<s3s::Body> {
        let elsewhere = *self.elsewhere.lock().unwrap();
        let mut answer = match (elsewhere, std::fs::read_to_string(self.root.join(key))) {
            (Some((status, body)), _) => said(status, body),
            (None, Ok(body)) => said(200, &body),
            (None, Err(_)) => said(404, "nothing here"),
        };
        if self.cors.lock().unwrap().as_ref().is_some_and(|rules| rules.contains(">*</AllowedOrigin>")) {
            answer.headers_mut().insert("access-control-allow-origin", "*".parse().unwrap());
        }
        answer
    }

    async fn rules(&self, request: Request<Incoming>) -> Response<s3s::Body> {
        let rules = self.cors.lock().unwrap().clone();
        match (rules, request.method() == Method::PUT) {
            (None, _) => said(403, &error("AccessDenied")),
            (Some(rules), false) if rules.is_empty() => said(404, &error("NoSuchCORSConfiguration")),
            (Some(rules), false) => said(200, &rules),
            (Some(_), true) => {
                let rules = request.into_body().collect().await.unwrap().to_bytes();
                *self.cors.lock().unwrap() = Some(String::from_utf8(rules.to_vec()).unwrap());
                said(200, "")
            }
        }
    }

    /// Every playlist names what is there.
    fn look(&self, after: &str) {
        let mut files = Vec::new();
        files_in(&self.root, &mut files);
        let there: HashSet<&PathBuf> = files.iter().collect();
        for playlist in files.iter().filter(|file| file.extension().is_some_and(|end| end == "m3u8")) {
            let text = std::fs::read_to_string(playlist).unwrap_or_default();
            for name in names(&text) {
                let file = resolve(playlist.parent().unwrap(), name);
                if !there.contains(&file) {
                    self.wrong
                        .lock()
                        .unwrap()
                        .push(format!("after {after}: {} names {name}", playlist.display()));
                }
            }
        }
    }
}

fn said(status: u16, body: &str) -> Response<s3s::Body> {
    let mut answer = Response::new(s3s::Body::from(body.to_owned()));
    *answer.status_mut() = status.try_into().unwrap();
    answer
}

fn error(code: &str) -> String {
    format!("<Error><Code>{code}</Code></Error>")
}

fn files_in(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files_in(&path, files),
            path => files.push(path),
        }
    }
}

/// What a playlist names.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| match line.split_once("URI=\"") {
        Some((_, uri)) => uri.split('"').next(),
        None => (!line.starts_with('#') && !line.is_empty()).then_some(line),
    })
}

fn resolve(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in name.split('/') {
        match part {
            ".." => assert!(path.pop()),
            part => path.push(part),
        }
    }
    path
}

fn service(folder: &tempfile::TempDir) -> S3Service {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
    builder.set_auth(SimpleAuth::from_single("key", "secret"));
    builder.build()
}
