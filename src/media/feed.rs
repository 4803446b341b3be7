//! A source that libav makes, on a thread of its own: encoders and demuxers block.

use std::io;
use std::thread;

use tokio::sync::mpsc;

use super::error::MediaError;
use crate::stream::Media;

/// Items made ahead of the reader: about a second of them.
const AHEAD: usize = 64;

/// Starts `make` on a thread named `name` and hands out what it makes. The thread ends when the receiver is
/// dropped, at the source's end, or after its first error.
///
/// # Errors
/// When the system gives no thread.
pub fn feed<S>(
    name: &str,
    make: impl FnOnce() -> Result<S, MediaError> + Send + 'static,
) -> io::Result<mpsc::Receiver<Result<Media, MediaError>>>
where
    S: Iterator<Item = Result<Media, MediaError>>,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    thread::Builder::new().name(String::from(name)).spawn(move || {
        let source = match make() {
            Ok(source) => source,
            Err(error) => {
                let _ = sender.blocking_send(Err(error));
                return;
            }
        };
        for item in source {
            let failed = item.is_err();
            if sender.blocking_send(item).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(receiver)
}
