//! A bucket at an S3 storage on a folder; everybody may read its objects below `/public/`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const NAME: &str = "sunday";
const PUBLIC: &str = "/public/";

/// It ends when it is dropped.
pub struct Bucket {
    address: SocketAddr,
    folder: TempDir,
    _runtime: Runtime,
}

impl Bucket {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(NAME);
        std::fs::create_dir(&root).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("key", "secret"));
        let service = service.build();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (service, root) = (service.clone(), root.clone());
                let answers = service_fn(move |request| {
                    let (service, root) = (service.clone(), root.clone());
                    async move { answer(&service, &root, request).await }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), answers));
            }
        });
        Bucket { address, folder, _runtime: runtime }
    }

    /// The account, as the settings have it.
    pub fn account(&self) -> Value {
        json!({"endpoint": format!("http://{}", self.address), "accountId": null, "jurisdiction": null,
            "bucket": NAME, "accessKeyId": "key", "secretAccessKey": "secret",
            "publicUrl": format!("http://{}{PUBLIC}", self.address), "prefix": "live/"})
    }

    /// Where an object lies on the disk.
    pub fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join(NAME).join(key)
    }
}

async fn answer(
    service: &S3Service,
    root: &Path,
    request: Request<Incoming>,
) -> Result<Response<s3s::Body>, s3s::HttpError> {
    let Some(key) = request.uri().path().strip_prefix(PUBLIC).map(str::to_owned) else {
        return service.call(request.map(s3s::Body::from)).await;
    };
    // Whatever it says is heard first.
    let _ = request.into_body().collect().await;
    let found = std::fs::read(root.join(key));
    let status = if found.is_ok() { 200 } else { 404 };
    let mut answer = Response::new(s3s::Body::from(bytes::Bytes::from(found.unwrap_or_default())));
    *answer.status_mut() = status.try_into().unwrap();
    answer.headers_mut().insert("access-control-allow-origin", "*".parse().unwrap());
    Ok(answer)
}
