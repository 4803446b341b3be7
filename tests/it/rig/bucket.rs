//! A bucket of the test's own: a real S3 server on a folder, with what is wrong with a storage in between.
//!
//! What it is told to do wrong is in `faults`; who looks at every playlist in it is `watcher`.

use std::collections::{BTreeMap, HashMap};
use std::net::{SocketAddr, TcpListener as StdListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::PATIENCE;
use super::faults::{Cut, Fault};
use super::watcher::Watcher;

const NAME: &str = "sunday";
const ACCESS_KEY: &str = "key";
const SECRET: &str = "secret";

/// R2 takes one write a second of the same key. Requests are counted where they arrive, so a little less is seen.
const SAME_KEY: Duration = Duration::from_millis(950);

pub struct Bucket {
    shared: Arc<Shared>,
    address: SocketAddr,
    public: SocketAddr,
    folder: TempDir,
    began: Instant,
    /// Whether it can be reached at all; the server ends with it.
    reached: watch::Sender<bool>,
}

/// Something that was put there.
#[derive(Clone, Debug)]
pub struct Put {
    pub content_type: String,
    pub cache_control: String,
}

struct Shared {
    root: PathBuf,
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    /// Requests until now.
    requests: usize,
    /// Requests to write, by key, whatever became of them.
    tried: BTreeMap<String, Vec<Instant>>,
    /// What lies there, by key.
    puts: HashMap<String, Put>,
    cors: Option<Vec<u8>>,
    watcher: Watcher,
}

impl Bucket {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(NAME);
        std::fs::create_dir(&root).unwrap();
        let shared = Arc::new(Shared { root, state: Mutex::default(), news: Condvar::new() });
        let [private, public] = [(); 2].map(|()| StdListener::bind("127.0.0.1:0").unwrap());
        let (address, public_address) = (private.local_addr().unwrap(), public.local_addr().unwrap());
        let (reached, reachable) = watch::channel(true);
        let server = Server { service: service(folder.path()), shared: Arc::clone(&shared), reachable };
        thread::spawn(move || server.run(private, public));
        Bucket { shared, address, public: public_address, folder, began: Instant::now(), reached }
    }

    /// The S3 endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What sets it in a box.
    pub fn arguments(&self) -> Vec<String> {
        let (endpoint, public) = (self.endpoint(), self.public_url(""));
        let pairs = [
            ("--r2-endpoint", endpoint.as_str()),
            ("--r2-bucket", NAME),
            ("--r2-access-key-id", ACCESS_KEY),
            ("--r2-secret-access-key", SECRET),
            ("--r2-public-url", &public),
        ];
        pairs.iter().flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]).collect()
    }

    /// The account, as the settings have it.
    pub fn account(&self) -> Value {
        json!({"endpoint": self.endpoint(), "accountId": null, "jurisdiction": null, "bucket": NAME,
            "accessKeyId": ACCESS_KEY, "secretAccessKey": SECRET, "publicUrl": self.public_url(""),
            "prefix": "live/"})
    }

    /// Where viewers read a key.
    pub fn public_url(&self, key: &str) -> String {
        format!("http://{}/{key}", self.public)
    }

    /// Where an object lies on the server's disk.
    pub fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join(NAME).join(key)
    }

    pub fn text(&self, key: &str) -> Option<String> {
        std::fs::read_to_string(self.path(key)).ok()
    }

    /// Does everything wrong from now on, in this way.
    pub fn fault(&self, fault: Fault) {
        self.shared.lock().fault = Some(fault);
    }

    /// Does everything as it should again.
    pub fn mend(&self) {
        self.shared.lock().fault = None;
    }

    /// Cuts every connection and takes no new one.
    pub fn vanish(&self) {
        self.reached.send_replace(false);
    }

    /// Takes connections again, where it did before.
    pub fn return_again(&self) {
        self.reached.send_replace(true);
    }

    /// Waits until something is so; it is looked after every request.
    pub fn until<T>(&self, what: &str, mut so: impl FnMut(&Bucket) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let before = self.shared.lock().requests;
            if let Some(found) = so(self) {
                return found;
            }
            let mut state = self.shared.lock();
            while state.requests == before {
                let left = deadline.saturating_duration_since(Instant::now());
                assert!(!left.is_zero(), "never came to the bucket: {what}");
                state = self.shared.news.wait_timeout(state, left).unwrap().0;
            }
        }
    }

    /// What lies there, by key, as it was put last.
    pub fn put(&self, key: &str) -> Option<Put> {
        self.shared.lock().puts.get(key).cloned()
    }

    /// No key was written twice within a second.
    pub fn assert_paced(&self) {
        for (key, times) in &self.shared.lock().tried {
            for pair in times.windows(2) {
                let gap = pair[1] - pair[0];
                let at = pair[0] - self.began;
                assert!(gap >= SAME_KEY, "{key}, written at {at:?}, was written again after {gap:?}");
            }
        }
    }

    /// At no moment a playlist named what was not there, or said something else than before.
    pub fn assert_whole(&self) {
        let mut state = self.shared.lock();
        state.watcher.look_at_all(&self.shared.root);
        let wrong = state.watcher.wrong();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
struct Server {
    service: S3Service,
    shared: Arc<Shared>,
    reachable: watch::Receiver<bool>,
}

impl Server {
    /// Serves until the bucket is dropped.
    fn run(self, private: StdListener, public: StdListener) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut reachable = self.reachable.clone();
        runtime.block_on(async move {
            let viewers = self.clone();
            tokio::spawn(async move {
                let public = listener(public);
                while let Ok((socket, _)) = public.accept().await {
                    let server = viewers.clone();
                    let service = service_fn(move |request| {
                        let answer = server.read(&request);
                        async move { Ok::<_, Cut>(answer) }
                    });
                    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
                }
            });
            let address = private.local_addr().unwrap();
            let mut listening = Some(listener(private));
            while reachable.has_changed().is_ok() {
                let Some(private) = &listening else {
                    if reachable.wait_for(|reached| *reached).await.is_ok() {
                        listening = Some(TcpListener::bind(address).await.unwrap());
                    }
                    continue;
                };
                tokio::select! {
                    Ok((socket, _)) = private.accept() => {
                        let server = self.clone();
                        tokio::spawn(server.talk(TokioIo::new(socket)));
                    }
                    _ = reachable.wait_for(|reached| !reached) => listening = None,
                }
            }
        });
    }

    async fn talk(self, socket: TokioIo<tokio::net::TcpStream>) {
        let mut reachable = self.reachable.clone();
        let service = service_fn(move |request| {
            let server = self.clone();
            async move { server.answer(request).await }
        });
        tokio::select! {
            // A peer may leave as it likes.
            _ = http1::Builder::new().serve_connection(socket, service) => {}
            _ = reachable.wait_for(|reached| !reached) => {}
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let key =
            uri.path().trim_start_matches('/').trim_start_matches(NAME).trim_start_matches('/').to_owned();
        let is_write = method == Method::PUT || method == Method::DELETE;
        let at = Instant::now();
        let fault = {
            let mut state = self.shared.lock();
            if is_write && uri.query() != Some("cors") {
                state.tried.entry(key.clone()).or_default().push(at);
            }
            state.fault.clone()
        };
        let header = |name| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let put = Put { content_type: header(CONTENT_TYPE), cache_control: header(CACHE_CONTROL) };
        let answer = match fault {
            Some(fault) => fault.answer(request, |request| self.serve(request)).await,
            None => self.serve(request).await,
        };
        let mut state = self.shared.lock();
        if is_write && answer.as_ref().is_ok_and(|answer| answer.status().is_success()) {
            if method == Method::PUT {
                state.puts.insert(key.clone(), put);
                state.watcher.written(&self.shared.root, &key);
            } else {
                state.puts.remove(&key);
                state.watcher.look_at_all(&self.shared.root);
            }
        }
        state.requests += 1;
        self.shared.news.notify_all();
        answer
    }

    async fn serve(&self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        if request.uri().query() != Some("cors") {
            return self.service.call(request.map(Body::from)).await.map_err(|_| Cut);
        }
        // The server knows nothing of this.
        if !request.headers().contains_key(AUTHORIZATION) {
            return Ok(Fault::refused(403, "AccessDenied"));
        }
        if request.method() == Method::PUT {
            let body = http_body_util::BodyExt::collect(request.into_body()).await.map_err(|_| Cut)?;
            self.shared.lock().cors = Some(body.to_bytes().to_vec());
            return Ok(Response::new(Body::empty()));
        }
        let cors = self.shared.lock().cors.clone();
        Ok(cors.map_or_else(
            || Fault::refused(404, "NoSuchCORSConfiguration"),
            |cors| Response::new(Body::from(cors)),
        ))
    }

    /// What viewers get: what was put there, with its headers.
    fn read(&self, request: &Request<Incoming>) -> Response<Body> {
        let key = request.uri().path().trim_start_matches('/').to_owned();
        let put = self.shared.lock().puts.get(&key).cloned();
        let bytes = std::fs::read(self.shared.root.join(&key)).ok();
        let answer = Response::builder().header("access-control-allow-origin", "*");
        let answer = match (request.method(), put, bytes) {
            (&Method::OPTIONS, ..) => answer.status(StatusCode::NO_CONTENT).body(Body::empty()),
            (_, Some(put), Some(bytes)) => answer
                .header(CONTENT_TYPE, put.content_type)
                .header(CACHE_CONTROL, put.cache_control)
                .body(Body::from(bytes)),
            _ => answer.status(StatusCode::NOT_FOUND).body(Body::empty()),
        };
        answer.unwrap()
    }
}

fn listener(listener: StdListener) -> TcpListener {
    listener.set_nonblocking(true).unwrap();
    TcpListener::from_std(listener).unwrap()
}

fn service(folder: &Path) -> S3Service {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET));
    builder.build()
}
