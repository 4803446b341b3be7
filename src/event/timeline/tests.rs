//! A scripted encoder on virtual time feeds the timeline; what comes out obeys the rules of live output.

mod resume;
mod script;
mod stop;

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::event::settings::LEAST_SEGMENT;
use crate::stream::Track;
use script::{KEY_FRAME, RATE, Script};

fn parts(timeline: &mut Timeline) -> Vec<PartPlan> {
    let mut parts: Vec<PartPlan> = Vec::new();
    while let Some(action) = timeline.next_action() {
        match action {
            Action::Part(part) => parts.push(part),
            Action::Seal => panic!("a hinted part gets no bytes"),
            Action::Configure(_) => {}
        }
    }
    parts
}

/// The lengths of the closed segments.
fn segments(parts: &[PartPlan]) -> Vec<MediaTime> {
    let (mut lengths, mut open) = (Vec::new(), MediaTime::ZERO);
    for part in parts {
        open += part.duration;
        if part.last {
            lengths.push(std::mem::take(&mut open));
        }
    }
    lengths
}

/// Decode times go on without a hole, parts open and close segments in turn, lengths are within their targets.
fn check(parts: &[PartPlan], measured: Measured) {
    let geometry = measured.geometry;
    let mut open = false;
    let mut segment = MediaTime::ZERO;
    for (index, part) in parts.iter().enumerate() {
        assert_eq!(part.start.is_some(), !open, "part {index} opens a segment exactly when none is open");
        assert!(part.duration <= geometry.part_target, "part {index} lasts {}", part.duration);
        if !part.last {
            let least = geometry.part_target * 85;
            assert!(part.duration * 100 >= least, "part {index} of {} is shorter than 85 %", part.duration);
        }
        segment = if open { segment + part.duration } else { part.duration };
        let longest = i64::from(geometry.target_duration) * 1_000 + 500;
        assert!(segment < MediaTime::from_millis(longest), "segment of {segment} at part {index}");
        open = !part.last;
    }
    let video: Vec<_> = parts.iter().flat_map(|part| &part.samples.video).collect();
    let audio: Vec<_> = parts.iter().flat_map(|part| &part.samples.audio).collect();
    for samples in [video, audio] {
        for pair in samples.windows(2) {
            assert_eq!(pair[0].dts + pair[0].duration, pair[1].dts, "a hole in the decode times");
        }
    }
}

fn duration(parts: &[PartPlan]) -> MediaTime {
    parts.iter().fold(MediaTime::ZERO, |sum, part| sum + part.duration)
}

#[test]
fn thirty_frames_a_second_make_six_parts_and_two_second_segments() {
    let mut script = Script::new(30, 60, true, true);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 20);
    let parts = parts(&mut timeline);
    check(&parts, measured);
    let segments = parts.iter().filter(|part| part.start.is_some()).count();
    assert!((10..=12).contains(&segments), "{segments}");
    assert!(parts.iter().filter(|part| part.start.is_some()).all(|part| part.independent));
    assert!(parts.iter().filter(|part| part.independent).all(|part| part.start.is_some()));
}

#[test]
fn sound_starts_with_its_segment_within_forty_milliseconds() {
    let mut script = Script::new(25, 50, true, true);
    let (mut timeline, _) = script.begin();
    script.play(&mut timeline, 20);
    for part in parts(&mut timeline).iter().filter(|part| part.start.is_some()) {
        let picture = MediaTime::from_ticks(part.samples.video[0].dts);
        let sound = MediaTime::from_units(part.samples.audio[0].dts, RATE);
        assert!((picture - sound).abs() < MediaTime::from_millis(40), "{picture} and {sound}");
    }
}

#[test]
fn a_silent_encoder_is_held_without_a_hole_and_comes_back_without_a_discontinuity() {
    let mut script = Script::new(30, 60, true, true);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 7);
    script.silence(&mut timeline, Duration::from_secs(30));
    assert!(timeline.holding_since().is_some());
    script.restart(0);
    let entry = script.entry(30);
    timeline.enter(script.now, entry);
    script.play(&mut timeline, 7);
    assert!(timeline.holding_since().is_none());
    let parts = parts(&mut timeline);
    check(&parts, measured);
    assert!(parts.iter().filter_map(|part| part.start).all(|start| !start.discontinuity));
    let length = duration(&parts).seconds();
    assert!((length - script.now.as_secs_f64()).abs() < 1.0, "{length} s of media in {:?}", script.now);
}

#[test]
fn while_held_a_part_is_due_every_part_target_and_each_is_a_key_frame_with_sound() {
    let mut script = Script::new(15, 30, true, true);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 5);
    parts(&mut timeline);
    script.silence(&mut timeline, Duration::from_secs(10));
    let held = parts(&mut timeline);
    let expected = 10_000 / measured.geometry.part_target.millis();
    let count = i64::try_from(held.len()).unwrap();
    assert!((count - expected).abs() <= 2, "{count} parts, expected about {expected}");
    for part in &held[1..] {
        assert!(part.independent);
        assert_eq!(part.samples.video.len(), 1);
        assert!(!part.samples.audio.is_empty());
    }
}

#[test]
fn a_takeover_just_after_a_key_frame_leaves_no_sliver_of_a_segment() {
    for pictures in 0..60 {
        let mut script = Script::new(30, 60, true, true);
        let (mut timeline, measured) = script.begin();
        for _ in 0..pictures * 2 {
            let unit = script.unit();
            timeline.unit(script.now, unit);
        }
        script.restart(5_000);
        let entry = script.entry(8);
        timeline.enter(script.now, entry);
        script.play(&mut timeline, 5);
        let parts = parts(&mut timeline);
        check(&parts, measured);
        assert!(segments(&parts).iter().all(|length| *length >= LEAST_SEGMENT), "after {pictures} pictures");
    }
}

#[test]
fn held_segments_are_as_long_as_others() {
    let mut script = Script::new(15, 30, true, true);
    let (mut timeline, _) = script.begin();
    script.play(&mut timeline, 5);
    parts(&mut timeline);
    script.silence(&mut timeline, Duration::from_secs(20));
    let starts = parts(&mut timeline).iter().filter(|part| part.start.is_some()).count();
    assert!((9..=11).contains(&starts), "{starts} segments of 2 s in 20 s");
}

#[test]
fn another_picture_size_makes_a_new_init_and_one_discontinuity() {
    let mut script = Script::new(30, 60, true, true);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 5);
    script.silence(&mut timeline, Duration::from_secs(5));
    script.restart(5_000_000);
    script.configuration.video.as_mut().unwrap().width = 320;
    let entry = script.entry(20);
    timeline.enter(script.now, entry);
    script.play(&mut timeline, 5);
    let actions: Vec<_> = std::iter::from_fn(|| timeline.next_action()).collect();
    let configured = actions.iter().filter(|action| matches!(action, Action::Configure(_))).count();
    assert_eq!(configured, 2);
    let parts: Vec<_> = actions
        .into_iter()
        .filter_map(|action| if let Action::Part(part) = action { Some(part) } else { None })
        .collect();
    check(&parts, measured);
    assert_eq!(parts.iter().filter_map(|part| part.start).filter(|start| start.discontinuity).count(), 1);
}

#[test]
fn a_long_group_of_pictures_is_cut_without_a_key_frame_and_not_marked_independent() {
    let mut script = Script::new(30, 100_000, true, true);
    let (mut timeline, measured) = script.begin();
    assert_eq!(measured.geometry.target_duration, 10);
    script.play(&mut timeline, 60);
    let parts = parts(&mut timeline);
    check(&parts, measured);
    let starts: Vec<_> = parts.iter().filter(|part| part.start.is_some()).collect();
    assert!(starts.len() >= 6);
    assert!(starts[1..].iter().all(|part| !part.independent));
}

#[test]
fn sound_alone_is_cut_and_held() {
    let mut script = Script::new(30, 60, false, true);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 10);
    script.silence(&mut timeline, Duration::from_secs(10));
    script.restart(3);
    let entry = script.entry(10);
    timeline.enter(script.now, entry);
    script.play(&mut timeline, 5);
    let parts = parts(&mut timeline);
    check(&parts, measured);
    assert!(parts.iter().all(|part| part.independent));
    assert!((duration(&parts).seconds() - script.now.as_secs_f64()).abs() < 1.0);
}

#[test]
fn pictures_alone_are_cut_and_held() {
    let mut script = Script::new(25, 50, true, false);
    let (mut timeline, measured) = script.begin();
    script.play(&mut timeline, 10);
    script.silence(&mut timeline, Duration::from_secs(10));
    check(&parts(&mut timeline), measured);
}

#[test]
fn sound_that_stops_beside_a_moving_picture_is_replaced_by_silence() {
    let mut script = Script::new(30, 60, true, true);
    let (mut timeline, measured) = script.begin();
    let until = script.now + Duration::from_secs(10);
    while script.now < until {
        let unit = script.unit();
        if unit.track == Track::Video {
            timeline.unit(script.now, unit);
        }
    }
    let parts = parts(&mut timeline);
    check(&parts, measured);
    let last = parts.last().unwrap();
    let sound: i64 = parts.iter().flat_map(|part| &part.samples.audio).map(|sample| sample.duration).sum();
    assert!(
        MediaTime::from_units(sound, RATE) > duration(&parts) - MediaTime::from_millis(1_500),
        "{last:?}"
    );
}

proptest! {
    /// Uneven pictures: whatever arrives, decode times are contiguous and parts keep their bounds.
    #[test]
    fn uneven_pictures_keep_the_bounds(steps in prop::collection::vec(10_i64..300, 20..200)) {
        let mut script = Script::new(30, 60, true, true);
        let (mut timeline, measured) = script.begin();
        let mut next = script.pictures * 90_000 / script.rate;
        for (index, step) in steps.iter().enumerate() {
            // Sound goes on evenly up to the next picture, which comes when it comes.
            next += step * 90;
            while MediaTime::from_units(script.sounds * 1_024, RATE).ticks() < next {
                let at = MediaTime::from_units(script.sounds * 1_024, RATE);
                script.sounds += 1;
                script.now = at.to_duration();
                timeline.unit(script.now, AccessUnit {
                    track: Track::Audio, dts: script.stamp + at, composition: MediaTime::ZERO,
                    random_access: true, data: Bytes::from_static(b"sound"),
                });
            }
            let at = MediaTime::from_ticks(next);
            timeline.unit(script.now, AccessUnit {
                track: Track::Video, dts: script.stamp + at, composition: MediaTime::ZERO,
                random_access: index % 20 == 0, data: Bytes::from_static(b"picture"),
            });
        }
        check(&parts(&mut timeline), measured);
    }

    /// An encoder that comes and goes with any stamps never makes a hole, and never runs ahead of the clock.
    #[test]
    fn an_encoder_that_comes_and_goes_never_makes_a_hole(
        absences in prop::collection::vec((0_u64..20_000, 0_i64..4_000_000_000, 1_u64..8), 1..6),
    ) {
        let mut script = Script::new(30, 60, true, true);
        let (mut timeline, measured) = script.begin();
        for &(away, stamp, back) in &absences {
            script.silence(&mut timeline, Duration::from_millis(away));
            script.restart(stamp);
            let entry = script.entry(8);
            timeline.enter(script.now, entry);
            script.play(&mut timeline, back);
        }
        let parts = parts(&mut timeline);
        check(&parts, measured);
        for segment in segments(&parts) {
            prop_assert!(segment >= LEAST_SEGMENT, "a segment of {segment}");
        }
        // Each return may have filled a segment up; a hold makes up for what went before it.
        let since = absences.iter().rev().take_while(|(away, ..)| *away < 2_000).count();
        let filled = (LEAST_SEGMENT * i64::try_from(since + 1).unwrap()).seconds();
        let ahead = duration(&parts).seconds() - script.now.as_secs_f64();
        prop_assert!(ahead < 1.0 + filled, "{ahead} s ahead of the clock");
    }
}
