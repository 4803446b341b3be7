//! A stop of the program: the open part is closed with what is there.

use super::*;

#[test]
fn a_stop_closes_the_open_part_with_what_is_there() {
    let mut script = Script::new(30, 60, true, true);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 3);
    timeline.stop();
    let parts = parts(&mut timeline);
    check(&parts, measured);
    assert!(parts.last().unwrap().last);
}

#[test]
fn a_stop_at_any_moment_makes_the_part_that_is_hinted() {
    for (picture, sound) in [(true, true), (true, false), (false, true)] {
        for units in 0..200 {
            let mut script = Script::new(30, 60, picture, sound);
            let (mut timeline, measured) = script.begin();
            for _ in 0..units {
                let unit = script.unit();
                timeline.unit(script.now, unit);
            }
            if units % 3 == 0 {
                script.silence(&mut timeline, Duration::from_millis(1_000 + units * 11));
            }
            let mut made = parts(&mut timeline);
            let published = made.len();
            timeline.stop();
            made.extend(parts(&mut timeline));
            check(&made, measured);
            assert!(made.len() > published, "after {units} units");
            assert!(made.last().unwrap().last);
        }
    }
}
