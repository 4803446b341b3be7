//! One WebSocket's side of the meeting point.

use bytes::Bytes;
use tokio::sync::mpsc;

use super::handle::Letter;
use crate::tracker::SocketId;

/// Messages that wait for one socket to take them, some 2 KB each. Threat: a client that never reads.
pub(super) const OUTBOX: usize = 64;

/// What a WebSocket sends to its client.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// This message.
    Text(String),
    /// Nothing more: the client broke a rule, and has been told which.
    Close,
}

/// A WebSocket at the desk; its peers leave when it is dropped.
#[derive(Debug)]
pub struct Socket {
    id: SocketId,
    mailbox: mpsc::Sender<Letter>,
    outbox: mpsc::Receiver<Outgoing>,
}

impl Socket {
    pub(super) fn new(id: SocketId, mailbox: mpsc::Sender<Letter>, outbox: mpsc::Receiver<Outgoing>) -> Self {
        Socket { id, mailbox, outbox }
    }

    /// The client's message; false when the program stops. It waits while the desk is busy.
    pub async fn say(&self, text: Bytes) -> bool {
        self.mailbox.send(Letter::Said(self.id, text)).await.is_ok()
    }

    /// The next message for the client; none when the program stops.
    pub async fn next(&mut self) -> Option<Outgoing> {
        self.outbox.recv().await
    }

    /// The next message, if it is there already.
    pub fn take(&mut self) -> Option<Outgoing> {
        self.outbox.try_recv().ok()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Where the mailbox is full, the desk notices at its next sweep that nobody holds the outbox.
        let _ = self.mailbox.try_send(Letter::Closed(self.id));
    }
}
