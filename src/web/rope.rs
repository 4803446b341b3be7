//! A segment's parts as one answer: not copied together, and written to the socket at once.
//!
//! hyper writes when its buffer holds as much as the largest request head, so a body of six frames goes out in six
//! writes. A body whose single frame is the whole rope goes out in one, from where the parts lie.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};

use crate::journal::Egress;

/// Chunks of bytes, one after the other. As a response it travels through the routes beside an empty body, whose
/// kind knows single chunks only, until [`Answer`] puts it in its place.
#[derive(Clone, Debug)]
pub struct Rope {
    chunks: VecDeque<Bytes>,
    left: usize,
}

impl Rope {
    /// A rope of these chunks.
    pub fn new(chunks: impl IntoIterator<Item = Bytes>) -> Self {
        let chunks: VecDeque<Bytes> = chunks.into_iter().filter(|chunk| !chunk.is_empty()).collect();
        let left = chunks.iter().map(Bytes::len).sum();
        Rope { chunks, left }
    }
}

impl IntoResponse for Rope {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        // Said here, lest the router says it of the empty body.
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(self.left));
        response.extensions_mut().insert(self);
        response
    }
}

impl Buf for Rope {
    fn remaining(&self) -> usize {
        self.left
    }

    fn chunk(&self) -> &[u8] {
        self.chunks.front().map_or(&[], |chunk| chunk)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut filled = 0;
        for (slice, chunk) in slices.iter_mut().zip(&self.chunks) {
            *slice = IoSlice::new(chunk);
            filled += 1;
        }
        filled
    }

    fn advance(&mut self, mut count: usize) {
        assert!(count <= self.left, "a rope has no more than its bytes");
        self.left -= count;
        while let Some(first) = self.chunks.front_mut() {
            if count < first.len() {
                first.advance(count);
                break;
            }
            count -= first.len();
            self.chunks.pop_front();
        }
    }
}

/// The body of every response: what a route made, or a rope. What it gives is counted.
#[derive(Debug)]
pub struct Answer {
    content: Content,
    egress: Egress,
}

#[derive(Debug)]
enum Content {
    /// Frames of single chunks.
    Frames(Body),
    /// One frame; `None` once it was given.
    Rope(Option<Rope>),
}

impl Answer {
    /// A route's response with its rope, if it brought one, as the body.
    pub fn to(response: Response, egress: &Egress) -> hyper::Response<Self> {
        let (mut head, body) = response.into_parts();
        let content = match head.extensions.remove::<Rope>() {
            Some(rope) if rope.has_remaining() => Content::Rope(Some(rope)),
            _ => Content::Frames(body),
        };
        hyper::Response::from_parts(head, Answer { content, egress: egress.clone() })
    }
}

impl http_body::Body for Answer {
    type Data = Rope;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Rope>, axum::Error>>> {
        let answer = self.get_mut();
        let polled = match &mut answer.content {
            Content::Rope(rope) => Poll::Ready(rope.take().map(|rope| Ok(Frame::data(rope)))),
            Content::Frames(body) => {
                Pin::new(body).poll_frame(context).map_ok(|frame| frame.map_data(|chunk| Rope::new([chunk])))
            }
        };
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            answer.egress.add(data.remaining());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Rope(rope) => rope.is_none(),
            Content::Frames(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Rope(rope) => {
                let left = rope.as_ref().map_or(0, Buf::remaining);
                SizeHint::with_exact(u64::try_from(left).unwrap_or(u64::MAX))
            }
            Content::Frames(body) => body.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_rope_gives_its_chunks_bytes_however_much_is_taken_at_once(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..9),
            step in 1_usize..7,
        ) {
            let whole = chunks.concat();
            let mut rope = Rope::new(chunks.into_iter().map(Bytes::from));
            let mut read = Vec::new();
            while rope.has_remaining() {
                let mut slices = [IoSlice::new(&[]); 4];
                let filled = rope.chunks_vectored(&mut slices);
                let seen: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.iter().copied()).collect();
                prop_assert!(whole[read.len()..].starts_with(&seen));
                let count = step.min(rope.remaining());
                read.extend_from_slice(&rope.copy_to_bytes(count));
            }
            prop_assert_eq!(read, whole);
        }
    }
}
