//! A start in mid-event: whatever part was the last one, what follows it obeys the same rules.

use super::*;
use crate::event::timeline::Resumption;
use crate::stream::Sample;

/// The wall clock at the start, milliseconds.
const DATE: i64 = 5_000_000;

/// Where the timeline stood after these parts, which are all there were.
fn after(parts: &[PartPlan], measured: Measured, configuration: &Configuration) -> Resumption {
    let begins: Vec<&SegmentPlan> = parts.iter().filter_map(|part| part.start.as_ref()).collect();
    let end = |samples: fn(&PartPlan) -> &Vec<Sample>| {
        parts.iter().rev().find_map(|part| samples(part).last()).map(|last| last.dts + last.duration)
    };
    Resumption {
        measured,
        configuration: configuration.clone(),
        silence: Some(Bytes::from_static(b"silence")),
        end: begins[0].start + duration(parts),
        open: parts.last().filter(|last| !last.last).and(begins.last()).map(|begin| begin.start),
        ends: (end(|part| &part.samples.video), end(|part| &part.samples.audio)),
        picture: Some((Bytes::from_static(KEY_FRAME), MediaTime::ZERO)),
        last_arrival: Duration::ZERO,
        date: DATE,
    }
}

/// Some seconds of an event.
fn event(picture: bool, sound: bool) -> (Script, Vec<PartPlan>, Measured) {
    let mut script = Script::new(30, 60, picture, sound);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 9);
    (script, parts(&mut timeline), measured)
}

fn resume(script: &Script, from: Resumption) -> Timeline {
    Timeline::resume(&Settings::default(), script.now, from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn after_any_part_the_promised_one_comes_at_once_and_all_goes_on(
        last in any::<prop::sample::Index>(),
        held in 0_u64..6_000,
        kind in prop::sample::select(vec![(true, true), (true, false), (false, true)]),
    ) {
        let (mut script, mut all, measured) = event(kind.0, kind.1);
        all.truncate(last.index(all.len()) + 1);
        let mut timeline = resume(&script, after(&all, measured, &script.configuration));
        let promised = parts(&mut timeline);
        let open = !all.last().unwrap().last;
        prop_assert_eq!(promised.len(), usize::from(open));
        prop_assert!(promised.iter().all(|part| part.last && part.start.is_none()));
        all.extend(promised);
        script.silence(&mut timeline, Duration::from_millis(held));
        script.restart(123_456);
        let entry = script.entry(30);
        timeline.enter(script.now, entry);
        prop_assert_eq!(timeline.holding_since(), None);
        script.play(&mut timeline, 5);
        all.extend(parts(&mut timeline));
        check(&all, measured);
    }
}

#[test]
fn time_that_nobody_ran_is_not_filled_and_the_date_is_the_clocks() {
    let (mut script, all, measured) = event(true, true);
    let began = script.now + Duration::from_secs(100);
    script.now = began;
    let mut timeline = resume(&script, after(&all, measured, &script.configuration));
    script.silence(&mut timeline, Duration::from_secs(4));
    let held = parts(&mut timeline);
    assert!(duration(&held) < MediaTime::from_millis(5_000), "{}", duration(&held));
    let begins: Vec<_> = held.iter().filter_map(|part| part.start).collect();
    assert!(begins[0].date >= DATE && begins[0].date < DATE + 700, "{}", begins[0].date);
    assert_eq!(timeline.holding_since(), Some(Duration::ZERO));
}

#[test]
fn what_cannot_be_held_stays_open_and_the_encoder_goes_on_in_it() {
    let (mut script, mut all, measured) = event(true, true);
    let open = all.iter().rposition(|part| !part.last).unwrap();
    all.truncate(open + 1);
    let from = Resumption { picture: None, ..after(&all, measured, &script.configuration) };
    let mut timeline = resume(&script, from);
    script.silence(&mut timeline, Duration::from_secs(5));
    assert_eq!(timeline.next_action(), None);
    assert!(timeline.holding_since().is_some());
    script.restart(0);
    let entry = script.entry(60);
    timeline.enter(script.now, entry);
    script.play(&mut timeline, 5);
    let after = parts(&mut timeline);
    assert!(after[0].start.is_none(), "the hinted part gets bytes");
    all.extend(after);
    check(&all, measured);
}

#[test]
fn another_configuration_never_goes_on_in_the_open_segment() {
    let (mut script, mut all, measured) = event(true, true);
    let open = all.iter().rposition(|part| !part.last).unwrap();
    all.truncate(open + 1);
    let from = Resumption { picture: None, ..after(&all, measured, &script.configuration) };
    let mut timeline = resume(&script, from);
    script.configuration.video.as_mut().unwrap().width = 320;
    script.restart(0);
    let entry = script.entry(60);
    timeline.enter(script.now, entry);
    assert_eq!(timeline.next_action(), Some(Action::Seal));
    assert!(matches!(timeline.next_action(), Some(Action::Configure(_))));
    let after = parts(&mut timeline);
    assert!(after[0].start.unwrap().discontinuity);
}
