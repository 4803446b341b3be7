//! Time stamps of 32 bits that wrap every 49.7 days, made whole.

/// Unwraps the time stamps of one publish. Audio and video share it: their distance is seconds, not days.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    last: Option<i64>,
}

impl Clock {
    /// The time stamp nearest to the last one that has these 32 bits. The first is taken as it is.
    ///
    /// Steps back stay steps back (5.3.1.1 compares with serial number arithmetic, RFC 1982), so a stream that
    /// begins just after a wrap may reach negative time.
    pub fn unwrap(&mut self, timestamp: u32) -> i64 {
        let whole = match self.last {
            None => i64::from(timestamp),
            Some(last) => {
                // The low 32 bits of the last one, then the shorter way around the circle.
                let (low, _) = split(last);
                last.saturating_add(i64::from(timestamp.wrapping_sub(low).cast_signed()))
            }
        };
        self.last = Some(whole);
        whole
    }
}

/// The low 32 bits and the rest.
fn split(whole: i64) -> (u32, i64) {
    const CIRCLE: i64 = 1 << 32;
    (u32::try_from(whole.rem_euclid(CIRCLE)).unwrap_or_default(), whole.div_euclid(CIRCLE))
}

/// The 32 bits that go on the wire for a time in milliseconds.
pub fn wrap(whole: i64) -> u32 {
    split(whole).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_walk_of_less_than_half_a_circle_a_step_is_followed(
            start in any::<u32>(), steps in prop::collection::vec(-0x7FFF_FFFFi64..0x7FFF_FFFF, 0..60),
        ) {
            let mut clock = Clock::default();
            let mut time = i64::from(start);
            prop_assert_eq!(clock.unwrap(start), time);
            for step in steps {
                time += step;
                prop_assert_eq!(clock.unwrap(wrap(time)), time);
            }
        }
    }

    #[test]
    fn time_goes_on_over_the_wrap_and_back_over_it() {
        let mut clock = Clock::default();
        assert_eq!(clock.unwrap(u32::MAX), 0xFFFF_FFFF);
        assert_eq!(clock.unwrap(22), 0x1_0000_0016);
        assert_eq!(clock.unwrap(u32::MAX - 1), 0xFFFF_FFFE);
    }
}
