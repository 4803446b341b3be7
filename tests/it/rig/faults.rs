//! What can be wrong with a storage.

use std::fmt;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use s3s::Body;

#[derive(Clone, Debug)]
pub enum Fault {
    /// It answers with this status and S3's word for it.
    Refuses(u16, &'static str),
    /// It does what it should, and takes so long before it says so.
    Slow(Duration),
    /// It says nothing at all.
    Silent,
    /// The connection ends in the midst of what is sent.
    Cut,
}

/// The connection ends without an answer.
#[derive(Debug)]
pub struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut")
    }
}

impl std::error::Error for Cut {}

impl Fault {
    /// What becomes of a request that would be served so.
    pub async fn answer<F>(
        self,
        request: Request<Incoming>,
        serve: impl FnOnce(Request<Incoming>) -> F,
    ) -> Result<Response<Body>, Cut>
    where
        F: Future<Output = Result<Response<Body>, Cut>>,
    {
        match self {
            Fault::Refuses(status, code) => Ok(Fault::refused(status, code)),
            Fault::Slow(pause) => {
                let answer = serve(request).await;
                tokio::time::sleep(pause).await;
                answer
            }
            // Whoever asked leaves some time.
            Fault::Silent => std::future::pending().await,
            Fault::Cut => {
                // Whatever came of it is dropped.
                let _ = http_body_util::BodyExt::frame(&mut request.into_body()).await;
                Err(Cut)
            }
        }
    }

    /// An answer that refuses, in the words of S3.
    pub fn refused(status: u16, code: &str) -> Response<Body> {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Error><Code>{code}</Code><Message>said by a test</Message></Error>"
        );
        let answer = Response::builder().status(status).header("content-type", "application/xml");
        answer.body(Body::from(text)).unwrap()
    }
}
