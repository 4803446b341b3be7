//! AMF0: what could be read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venuebox::rtmp::amf0::decode_all;

fuzz_target!(|bytes: &[u8]| {
    let Ok(values) = decode_all(bytes) else { return };
    let mut written = Vec::new();
    values.iter().for_each(|value| value.encode(&mut written));
    let Ok(again) = decode_all(&written) else { panic!("{values:?} is not readable") };
    // Debug, because NaN is not equal to itself.
    assert_eq!(format!("{values:?}"), format!("{again:?}"));
});
