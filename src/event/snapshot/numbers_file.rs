//! The file `numbers`: what the box promised beyond any one event.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::record;
use crate::stream::{Epoch, EventId, Numbers};

/// Its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersHead {
    epoch: String,
    event: u64,
    msn: u64,
    fragment: u32,
}

/// Numbers beyond this were never given out; adding to them would overflow.
pub const MAX_NUMBER: u64 = 1 << 53;

/// The file's bytes.
pub fn encode(epoch: &Epoch, numbers: Numbers) -> Option<Vec<u8>> {
    let Numbers { event, msn, fragment } = numbers;
    record::single(&NumbersHead { epoch: epoch.to_string(), event: event.0, msn, fragment })
}

/// What they say.
pub fn decode(bytes: &Bytes) -> Option<(Epoch, Numbers)> {
    let head: NumbersHead = record::read_single(bytes)?;
    if head.event > MAX_NUMBER || head.msn > MAX_NUMBER {
        return None;
    }
    let numbers = Numbers { event: EventId(head.event), msn: head.msn, fragment: head.fragment.max(1) };
    Some((head.epoch.parse().ok()?, numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_what_was_written() {
        let epoch = Epoch::from_random([9; 12]);
        let numbers = Numbers { event: EventId(7), msn: 1_234, fragment: 99 };
        let bytes = Bytes::from(encode(&epoch, numbers).unwrap());
        assert_eq!(decode(&bytes), Some((epoch, numbers)));
        assert_eq!(decode(&bytes.slice(1..)), None);
    }
}
