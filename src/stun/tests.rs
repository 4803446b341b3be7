use super::*;
use proptest::prelude::*;

/// RFC 5769 2.1: a request with USERNAME, PRIORITY, integrity and fingerprint.
const SAMPLE: &str = "\
    000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e7400240004\
    6e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56\
    781ef2b5b2d3f249c1b571a280280004e57a3bcf";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|digit| digit.is_ascii_hexdigit()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

fn request(attributes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    [&[0, 1], &length[..], &COOKIE, b"transaction!", attributes].concat()
}

fn from(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

#[test]
fn a_browser_learns_its_address() {
    let reply = answer(&request(&[]), from("192.0.2.1:32853")).unwrap();
    // The mapped address is that of RFC 5769 2.2.
    let address = hex("002000080001a147e112a643");
    assert_eq!(reply[..20], [&hex("0101002021 12a442")[..], b"transaction!"].concat());
    assert_eq!(reply[20..32], address);
    assert_eq!(reply[32..44], *b"\x80\x22\x00\x08venuebox");
    let sum = crc32fast::hash(&reply[..44]) ^ 0x5354_554e;
    assert_eq!(reply[44..], [&hex("80280004")[..], &sum.to_be_bytes()].concat());
}

#[test]
fn an_ipv6_address_is_combined_with_the_transaction() {
    let transaction = hex("2112a442b7e7a701bc34d686fa87dfae");
    let value = xor_mapped(from("[2001:db8:1234:5678:11:2233:4455:6677]:32853"), &transaction);
    assert_eq!(value, hex("0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"), "RFC 5769 2.3");
}

#[test]
fn the_rfcs_own_sample_is_answered_and_a_wrong_fingerprint_is_not() {
    let sample = hex(SAMPLE);
    assert!(answer(&sample, from("192.0.2.1:1")).is_ok());
    let mut broken = sample.clone();
    broken[30] ^= 1;
    assert_eq!(answer(&broken, from("192.0.2.1:1")), Err(NotStun::Fingerprint));
}

#[test]
fn what_must_be_understood_and_is_not_is_named() {
    // CHANGE-REQUEST of RFC 5780 and REQUESTED-TRANSPORT of TURN; 0x8fff may be ignored.
    let reply =
        answer(&request(&hex("0003000400000006 00190004 11000000 8fff0000")), from("192.0.2.1:1")).unwrap();
    assert_eq!(reply[..2], [1, 0x11]);
    assert_eq!(reply[20..45], [&hex("00090015 00000414")[..], b"Unknown Attribute"].concat());
    assert_eq!(reply[48..56], hex("000a0004 00030019"));
}

#[test]
fn what_is_no_request_gets_no_answer() {
    let asker = from("192.0.2.1:1");
    let whole = request(&[]);
    for cut in 0..whole.len() {
        assert_eq!(answer(&whole[..cut], asker), Err(NotStun::Malformed));
    }
    let mut other = whole.clone();
    other[4] = 0;
    assert_eq!(answer(&other, asker), Err(NotStun::Malformed), "without the cookie");
    let response = answer(&whole, asker).unwrap();
    assert_eq!(answer(&response, asker), Err(NotStun::NotABindingRequest), "two servers never talk");
    assert_eq!(answer(&request(&hex("80220010 00000000")), asker), Err(NotStun::Malformed));
    assert_eq!(answer(&request(&hex("8fff0000").repeat(33)), asker), Err(NotStun::Malformed));
    assert_eq!(answer(&request(&vec![0; 1_300]), asker), Err(NotStun::Malformed));
}

proptest! {
    #[test]
    fn an_answer_is_bounded_whatever_comes(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let whole = body.len() / 4 * 4;
        if let Ok(reply) = answer(&request(&body[..whole]), from("[2001:db8::1]:65535")) {
            prop_assert!(reply.len() <= 64 + 32 + 2 * MAX_ATTRIBUTES);
            prop_assert!(reply.len() % 4 == 0 && reply.len() - 20 == usize::from(reply[3]));
        }
        let _ = answer(&body, from("192.0.2.1:1"));
    }
}
