//! For tests: a real S3 server on a folder.

use std::path::PathBuf;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

use crate::storage::settings::CloudStore;

/// A server with one bucket; it ends with the runtime of its test.
pub struct Bucket {
    folder: tempfile::TempDir,
    address: std::net::SocketAddr,
}

impl Bucket {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sunday")).unwrap();
        let service = service(&folder);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(socket), service.clone());
                tokio::spawn(connection);
            }
        });
        Bucket { folder, address }
    }

    pub fn settings(&self) -> CloudStore {
        CloudStore {
            endpoint: Some(format!("http://{}", self.address)),
            account_id: None,
            jurisdiction: None,
            bucket: "sunday".into(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            public_url: Some("https://media.example.org".into()),
            prefix: "live/".into(),
        }
    }

    /// Where an object lies on the server's disk.
    pub fn path(&self, whole_key: &str) -> PathBuf {
        self.folder.path().join("sunday").join(whole_key)
    }
}

fn service(folder: &tempfile::TempDir) -> S3Service {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
    builder.set_auth(SimpleAuth::from_single("key", "secret"));
    builder.build()
}
