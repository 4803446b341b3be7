//! The extension handshake (BEP 10) and metadata exchange (BEP 9): how a peer that knows an info hash alone gets the
//! info dictionary.

use bytes::{BufMut, Bytes, BytesMut};

use super::bencode::Value;

/// The number under which peers send us `ut_metadata`.
pub const OUR_METADATA_ID: u8 = 1;

/// Metadata travels in pieces of this length (BEP 9).
pub const METADATA_PIECE: usize = 16 << 10;

/// An extension's message is not what its BEP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an extended message that is no bencoded dictionary of its kind")]
pub struct ExtensionError;

/// What one side says of itself in the extension handshake; only what matters between a seeder and its peers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtensionHandshake {
    /// The number under which it takes `ut_metadata`; `None` or 0: it does not.
    pub metadata_id: Option<u8>,
    /// Bytes of the info dictionary, if it has it.
    pub metadata_size: Option<usize>,
    /// Requests that it queues.
    pub requests: Option<usize>,
}

impl ExtensionHandshake {
    /// Reads the payload of extended message 0.
    ///
    /// # Errors
    /// [`ExtensionError`] when it is no dictionary.
    pub fn read(payload: &[u8]) -> Result<Self, ExtensionError> {
        let value = Value::read(payload).map_err(|_| ExtensionError)?;
        if !matches!(value, Value::Dictionary(_)) {
            return Err(ExtensionError);
        }
        let number = |key: &[u8]| value.get(key).and_then(Value::integer);
        let metadata_id = value.get(b"m").and_then(|m| m.get(b"ut_metadata")).and_then(Value::integer);
        Ok(ExtensionHandshake {
            metadata_id: metadata_id.and_then(|id| u8::try_from(id).ok()).filter(|id| *id > 0),
            metadata_size: number(b"metadata_size").and_then(|size| usize::try_from(size).ok()),
            requests: number(b"reqq").and_then(|count| usize::try_from(count).ok()),
        })
    }

    /// Its payload.
    pub fn to_bytes(self) -> Bytes {
        let number = |value: usize| Value::Integer(i64::try_from(value).unwrap_or(i64::MAX));
        let metadata = self.metadata_id.map(|id| (&b"ut_metadata"[..], Value::Integer(id.into())));
        let mut entries = vec![(&b"m"[..], Value::Dictionary(metadata.into_iter().collect()))];
        entries.extend(self.metadata_size.map(|size| (&b"metadata_size"[..], number(size))));
        entries.extend(self.requests.map(|count| (&b"reqq"[..], number(count))));
        entries.push((b"v", Value::Bytes(concat!("venuebox ", env!("CARGO_PKG_VERSION")).as_bytes())));
        Bytes::from(Value::Dictionary(entries).to_bytes())
    }
}

/// A `ut_metadata` message (BEP 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataMessage {
    /// The sender wants this piece of the info dictionary.
    Request(u32),
    /// Here it is.
    Data {
        /// Which.
        piece: u32,
        /// Bytes of the whole dictionary.
        total: usize,
        /// The piece's bytes.
        data: Bytes,
    },
    /// The sender does not give this piece.
    Reject(u32),
    /// A kind that may come to mean something.
    Other(i64),
}

impl MetadataMessage {
    /// Reads the payload of an extended message under `ut_metadata`'s number.
    ///
    /// # Errors
    /// [`ExtensionError`] when it is none.
    pub fn read(payload: &Bytes) -> Result<Self, ExtensionError> {
        let (value, rest) = Value::read_first(payload).map_err(|_| ExtensionError)?;
        let number = |key: &[u8]| value.get(key).and_then(Value::integer).ok_or(ExtensionError);
        let piece = || u32::try_from(number(b"piece")?).map_err(|_| ExtensionError);
        match number(b"msg_type")? {
            0 => Ok(MetadataMessage::Request(piece()?)),
            1 => {
                let total = usize::try_from(number(b"total_size")?).map_err(|_| ExtensionError)?;
                Ok(MetadataMessage::Data { piece: piece()?, total, data: payload.slice_ref(rest) })
            }
            2 => Ok(MetadataMessage::Reject(piece()?)),
            other => Ok(MetadataMessage::Other(other)),
        }
    }

    /// Its payload.
    pub fn to_bytes(&self) -> Bytes {
        let (kind, piece, total, data) = match self {
            MetadataMessage::Request(piece) => (0, Some(*piece), None, None),
            MetadataMessage::Data { piece, total, data } => (1, Some(*piece), Some(*total), Some(data)),
            MetadataMessage::Reject(piece) => (2, Some(*piece), None, None),
            MetadataMessage::Other(kind) => (*kind, None, None, None),
        };
        let mut entries = vec![(&b"msg_type"[..], Value::Integer(kind))];
        entries.extend(piece.map(|piece| (&b"piece"[..], Value::Integer(piece.into()))));
        let total = total.and_then(|total| i64::try_from(total).ok());
        entries.extend(total.map(|total| (&b"total_size"[..], Value::Integer(total))));
        let mut out = BytesMut::from(&Value::Dictionary(entries).to_bytes()[..]);
        if let Some(data) = data {
            out.put_slice(data);
        }
        out.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_handshake_of_another_client_is_read_for_what_matters() {
        let theirs = b"d1:ei0e1:md11:LT_metadatai14e6:ut_pexi1e11:ut_metadatai3ee4:reqqi500e1:v8:uTorrente";
        // Keys have to be in order; this one's are not, and it is refused.
        assert_eq!(ExtensionHandshake::read(theirs), Err(ExtensionError));
        let theirs = b"d1:ei0e1:md11:ut_metadatai3e6:ut_pexi1ee4:reqqi500e1:v8:uTorrente";
        let read = ExtensionHandshake::read(theirs).unwrap();
        assert_eq!((read.metadata_id, read.requests), (Some(3), Some(500)));
        assert_eq!(ExtensionHandshake::read(b"de").unwrap(), ExtensionHandshake::default());
        assert_eq!(ExtensionHandshake::read(b"i1e"), Err(ExtensionError));
    }

    #[test]
    fn a_number_of_zero_or_beyond_a_byte_is_no_extension() {
        for id in ["0", "256", "-1"] {
            let theirs = format!("d1:md11:ut_metadatai{id}eee");
            assert_eq!(ExtensionHandshake::read(theirs.as_bytes()).unwrap().metadata_id, None);
        }
    }

    proptest! {
        #[test]
        fn metadata_messages_read_back(piece: u32, total in 0_usize..1_000_000, data: Vec<u8>) {
            for message in [
                MetadataMessage::Request(piece),
                MetadataMessage::Data { piece, total, data: Bytes::from(data.clone()) },
                MetadataMessage::Reject(piece),
                MetadataMessage::Other(9),
            ] {
                prop_assert_eq!(MetadataMessage::read(&message.to_bytes()), Ok(message));
            }
        }

        #[test]
        fn a_handshake_reads_back(id in 1_u8.., size in 0_usize..1 << 40, requests in 0_usize..10_000) {
            let ours = ExtensionHandshake {
                metadata_id: Some(id), metadata_size: Some(size), requests: Some(requests),
            };
            prop_assert_eq!(ExtensionHandshake::read(&ours.to_bytes()), Ok(ours));
        }
    }
}
