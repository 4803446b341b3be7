//! A storage of its own: a real S3 server on a folder in memory, which notes when each object was whole there.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hyper::Method;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::servers::folder;

pub const ACCESS_KEY: &str = "key";
pub const SECRET: &str = "secret";
/// The bucket that is there.
pub const NAME: &str = "bench";

/// An object that was put there.
#[derive(Clone, Debug)]
pub struct Put {
    pub key: String,
    /// When its sender was told.
    pub at: Instant,
    /// A playlist's text as it was then.
    pub playlist: Option<String>,
}

/// Ends when it is dropped.
pub struct Bucket {
    address: SocketAddr,
    puts: Arc<Mutex<Vec<Put>>>,
    _folder: TempDir,
    _end: oneshot::Sender<()>,
}

impl Bucket {
    /// A storage that takes this long to answer, as one elsewhere does.
    pub fn start(round_trip: Duration) -> Self {
        let folder = folder();
        let root = folder.path().join(NAME);
        std::fs::create_dir(&root).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET));
        let puts = Arc::default();
        let server = Server { service: builder.build(), root, round_trip, puts: Arc::clone(&puts) };
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel();
        thread::spawn(move || server.run(listener, ended));
        Bucket { address, puts, _folder: folder, _end: end }
    }

    /// Its S3 endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What sets it in a box that belongs to nobody.
    pub fn arguments(&self) -> Vec<String> {
        let endpoint = self.endpoint();
        let pairs = [
            ("--r2-endpoint", endpoint.as_str()),
            ("--r2-bucket", NAME),
            ("--r2-access-key-id", ACCESS_KEY),
            ("--r2-secret-access-key", SECRET),
        ];
        pairs.iter().flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]).collect()
    }

    /// What was put there until now, in order.
    pub fn puts(&self) -> Vec<Put> {
        self.puts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Clone)]
struct Server {
    service: S3Service,
    root: PathBuf,
    round_trip: Duration,
    puts: Arc<Mutex<Vec<Put>>>,
}

impl Server {
    fn run(self, listener: StdListener, ended: oneshot::Receiver<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            listener.set_nonblocking(true).unwrap();
            let listener = TcpListener::from_std(listener).unwrap();
            let accept = async {
                while let Ok((socket, _)) = listener.accept().await {
                    let server = self.clone();
                    let service = service_fn(move |request| {
                        let server = server.clone();
                        async move { server.answer(request).await }
                    });
                    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
                }
            };
            tokio::select! {
                () = accept => {}
                _ = ended => {}
            }
        });
    }

    async fn answer(
        &self,
        request: hyper::Request<hyper::body::Incoming>,
    ) -> Result<hyper::Response<Body>, s3s::HttpError> {
        let put = (request.method() == Method::PUT).then(|| {
            let path = request.uri().path().trim_start_matches('/');
            path.strip_prefix(NAME).unwrap_or(path).trim_start_matches('/').to_owned()
        });
        let answer = self.service.call(request.map(Body::from)).await?;
        tokio::time::sleep(self.round_trip).await;
        if let Some(key) = put.filter(|_| answer.status().is_success()) {
            let playlist = key.ends_with(".m3u8").then(|| std::fs::read_to_string(self.root.join(&key)));
            let put = Put { key, at: Instant::now(), playlist: playlist.and_then(Result::ok) };
            self.puts.lock().unwrap_or_else(PoisonError::into_inner).push(put);
        }
        Ok(answer)
    }
}
