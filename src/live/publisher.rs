//! The one writer of a rendition's window.

use std::sync::Arc;

use tokio::sync::watch;

use crate::stream::{Part, Position, SegmentStart, Window};

/// Owns a window and publishes an immutable copy of it after every change.
#[derive(Debug)]
pub struct Publisher {
    window: Window,
    sender: watch::Sender<Arc<Window>>,
}

impl Publisher {
    /// Publishes `window` from now on.
    pub fn new(window: Window) -> Self {
        let (sender, _) = watch::channel(Arc::new(window.clone()));
        Publisher { window, sender }
    }

    /// A reader's end.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Window>> {
        self.sender.subscribe()
    }

    /// The window as it stands.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// See [`Window::push`].
    pub fn push(&mut self, start: Option<SegmentStart>, part: Part, last: bool) -> Option<Position> {
        let position = self.window.push(start, part, last)?;
        self.publish();
        Some(position)
    }

    /// See [`Window::seal`].
    pub fn seal(&mut self) {
        self.window.seal();
        self.publish();
    }

    /// See [`Window::end`].
    pub fn end(&mut self) {
        self.window.end();
        self.publish();
    }

    fn publish(&self) {
        self.sender.send_replace(Arc::new(self.window.clone()));
    }
}
