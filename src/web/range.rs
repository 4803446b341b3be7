//! Which bytes of a file a request wants (RFC 9110 14).

use axum::http::{HeaderMap, header};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: nothing else was asked for, or nothing that is understood. Several ranges at once are that too: who
    /// may get them must expect the whole (14.2).
    Whole,
    /// The bytes from the first to before the second.
    Part(u64, u64),
    /// What the file does not have.
    Beyond,
}

/// What these headers want of a file of `length` bytes whose strong validator is `tag`.
pub fn wanted(headers: &HeaderMap, length: u64, tag: &str) -> Wanted {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // Whoever goes on with what has changed begins anew.
    if text(header::IF_RANGE).is_some_and(|condition| condition != tag) {
        return Wanted::Whole;
    }
    let mut ranges = headers.get_all(header::RANGE).iter();
    let (Some(range), None) = (ranges.next().and_then(|range| range.to_str().ok()), ranges.next()) else {
        return Wanted::Whole;
    };
    parse(range, length).unwrap_or(Wanted::Whole)
}

fn parse(range: &str, length: u64) -> Option<Wanted> {
    let (unit, range) = range.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    if first.is_empty() {
        let count = number(last)?.min(length);
        return Some(if count == 0 { Wanted::Beyond } else { Wanted::Part(length - count, length) });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    let end = last.saturating_add(1).min(length);
    Some(if first >= length { Wanted::Beyond } else { Wanted::Part(first, end) })
}

/// Digits alone; more than a number holds is further than any file reaches.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn of(range: &'static str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        wanted(&headers, 100, "\"x\"")
    }

    #[test]
    fn each_form_of_a_range_is_what_the_standard_says() {
        assert_eq!(of("bytes=0-0"), Wanted::Part(0, 1));
        assert_eq!(of("Bytes=90-200"), Wanted::Part(90, 100));
        assert_eq!(of("bytes=7-"), Wanted::Part(7, 100));
        assert_eq!(of("bytes=-7"), Wanted::Part(93, 100));
        assert_eq!(of("bytes=-700"), Wanted::Part(0, 100));
        assert_eq!(of("bytes=0-99999999999999999999999"), Wanted::Part(0, 100));
        for beyond in ["bytes=100-", "bytes=100-100", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(of(beyond), Wanted::Beyond, "{beyond}");
        }
        for whole in
            ["", "bytes", "bytes=", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "bytes=+1-2"]
        {
            assert_eq!(of(whole), Wanted::Whole, "{whole}");
        }
        assert_eq!(wanted(&HeaderMap::new(), 100, ""), Wanted::Whole);
    }

    #[test]
    fn whoever_goes_on_with_another_file_gets_all_of_this_one() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=5-"));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"x\""));
        assert_eq!(wanted(&headers, 100, "\"x\""), Wanted::Part(5, 100));
        for other in ["\"y\"", "W/\"x\"", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            headers.insert(header::IF_RANGE, HeaderValue::from_static(other));
            assert_eq!(wanted(&headers, 100, "\"x\""), Wanted::Whole, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_part_always_lies_within_its_file(range in "(bytes=)?[0-9]{0,22}-?[0-9]{0,22}", length in 0_u64..1_000) {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::try_from(range).unwrap());
            if let Wanted::Part(from, to) = wanted(&headers, length, "") {
                prop_assert!(from < to && to <= length);
            }
        }
    }
}
