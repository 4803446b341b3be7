//! What is recorded is found again; what is damaged, foreign or torn never is, and breaks nothing.

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::event::opening::Measured;
use crate::live::Rank;
use crate::stream::{
    AudioCodec, AudioConfig, Configuration, Epoch, EventId, Geometry, Init, Numbers, Part, SegmentStart,
    VideoCodec, VideoConfig,
};
use crate::time::MediaTime;
use bytes::Bytes;

const EVENT: EventId = EventId(7);
const PART: MediaTime = MediaTime::from_millis(500);
const LIMIT: usize = 1 << 20;
/// Parts in a segment.
const PARTS: u64 = 4;

struct Recording {
    folder: TempDir,
    snapshot: Snapshot,
    record: EventRecord,
    init: Arc<Init>,
    msn: u64,
    parts: u64,
}

fn epoch() -> Epoch {
    Epoch::from_random([5; 12])
}

fn measured() -> Measured {
    let geometry = Geometry { part_target: PART, target_duration: 2 };
    Measured { geometry, frame: MediaTime::from_millis(40), frame_rate: Some(25.0), bit_rate: 1_000_000 }
}

fn configuration(width: u32) -> Configuration {
    let record = Bytes::from_static(b"record");
    let video = VideoConfig {
        codec: VideoCodec::Vp9,
        record: record.clone(),
        width,
        height: 360,
        codecs: String::from("vp09"),
    };
    let audio = AudioConfig {
        codec: AudioCodec::Aac,
        record,
        sample_rate: 48_000,
        channels: 2,
        frame_length: 1_024,
        codecs: String::from("mp4a.40.2"),
        silence_possible: true,
    };
    Configuration { video: Some(video), audio: Some(audio) }
}

fn init(number: u32) -> Init {
    let bytes = Bytes::from(format!("init {number}"));
    Init { number, bytes, codecs: String::from("vp09,mp4a.40.2"), resolution: Some((640, 360)) }
}

fn files(folder: &TempDir) -> Files {
    Files::new(OwnedFd::from(File::open(folder.path()).unwrap()))
}

impl Recording {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut snapshot = Snapshot::new(files(&folder), epoch());
        snapshot.numbers(Numbers { event: EventId(EVENT.0 + 1), msn: 100, fragment: 1 });
        let mut record = snapshot.begin(EVENT, measured(), Some(Rank::Encoder));
        record.configured(Configured { init: init(0), configuration: configuration(640) }, |_| true);
        Recording { folder, snapshot, record, init: Arc::new(init(0)), msn: 100, parts: 0 }
    }

    fn bytes(number: u64) -> Bytes {
        Bytes::from(format!("part {number} with a picture and sound"))
    }

    /// The next part; four make a segment.
    fn push(&mut self) {
        let number = self.parts;
        let bytes = Recording::bytes(number);
        let part = Part { duration: PART, independent: true, sha256: Sha256::digest(&bytes).into(), bytes };
        let position = MediaTime::from_millis(i64::try_from(number).unwrap() * 500 + 10_000);
        let (opens, last) = (number.is_multiple_of(PARTS), number % PARTS == PARTS - 1);
        let start =
            SegmentStart { init: Arc::clone(&self.init), discontinuity: false, start: position, date: 1_000 };
        let end = position + PART;
        self.record.part(NewPart {
            start: opens.then_some((self.msn, &start)),
            part: &part,
            last,
            picture: Some((Bytes::from_static(b"picture"), "picture and sound".len(), PART)),
            fragment: u32::try_from(number).unwrap() + 2,
            ends: (Some(end.ticks()), Some(end.to_units(48_000))),
            arrival: std::time::Duration::from_millis(number * 500),
            first_listed: 100,
        });
        self.parts += 1;
        self.msn += u64::from(last);
    }

    fn push_many(mut self, count: u64) -> Self {
        (0..count).for_each(|_| self.push());
        self
    }

    fn read(&self) -> Found {
        read(&files(&self.folder), LIMIT)
    }

    fn file(&self, msn: u64) -> PathBuf {
        self.folder.path().join(format!("{EVENT}-{msn}.segment"))
    }

    fn names(&self) -> Vec<String> {
        let mut names = files(&self.folder).names().unwrap();
        names.sort();
        names
    }
}

/// The bytes of all parts.
fn parts(kept: &Kept) -> Vec<Bytes> {
    kept.segments.iter().flat_map(|segment| segment.parts.iter().map(|part| part.bytes.clone())).collect()
}

#[test]
fn an_event_is_found_as_it_was_published() {
    let kept = Recording::new().push_many(10).read();
    assert_eq!(kept.identity, Some((epoch(), Numbers { event: EventId(8), msn: 103, fragment: 11 })));
    assert!(kept.past.is_none());
    let kept = kept.resumed.unwrap();
    assert_eq!(parts(&kept), (0..10).map(Recording::bytes).collect::<Vec<_>>());
    let msns: Vec<_> = kept.segments.iter().map(|segment| (segment.msn, segment.sealed)).collect();
    assert_eq!(msns, [(100, true), (101, true), (102, false)]);
    assert_eq!(kept.end, MediaTime::from_millis(15_000));
    assert_eq!((kept.after.video, kept.after.audio), (Some(15_000 * 90), Some(15_000 * 48)));
    assert_eq!((kept.after.fragment, kept.after.first_listed), (11, 100));
    assert_eq!((&kept.configuration, kept.head.rank), (&configuration(640), Some(Rank::Encoder)));
    assert_eq!(kept.head.measured, measured());
    let picture = kept.picture.unwrap();
    assert_eq!((&picture.data[..], picture.composition), (&b"picture"[..], PART));
    assert_eq!(*kept.segments[0].init, init(0));
}

#[test]
fn a_picture_that_does_not_stand_in_its_part_is_kept_beside_it() {
    let mut kept = Recording::new();
    let bytes = Recording::bytes(0);
    let part = Part { duration: PART, independent: true, sha256: Sha256::digest(&bytes).into(), bytes };
    let start = SegmentStart { init: Arc::clone(&kept.init), discontinuity: false, start: PART, date: 0 };
    kept.record.part(NewPart {
        start: Some((100, &start)),
        part: &part,
        last: false,
        picture: Some((Bytes::from_static(b"another picture"), 9, PART)),
        fragment: 2,
        ends: (None, None),
        arrival: std::time::Duration::ZERO,
        first_listed: 100,
    });
    let found = kept.read().resumed.unwrap();
    assert_eq!(found.picture.as_ref().unwrap().data, "another picture");
    assert_eq!(parts(&found), [Recording::bytes(0)]);
}

#[test]
fn what_goes_on_is_appended_to_what_was_there() {
    let mut kept = Recording::new().push_many(6);
    kept.record = kept.snapshot.go_on(&kept.read().resumed.unwrap());
    let kept = kept.push_many(5);
    assert_eq!(parts(&kept.read().resumed.unwrap()), (0..11).map(Recording::bytes).collect::<Vec<_>>());
}

#[test]
fn a_record_that_was_cut_off_before_it_was_counted_is_left_out_and_written_over() {
    for extra in [&b"x"[..], &[0; 400]] {
        let mut kept = Recording::new().push_many(6);
        let whole = fs::read(kept.file(101)).unwrap();
        fs::write(kept.file(101), [&whole[..], extra].concat()).unwrap();
        let found = kept.read().resumed.unwrap();
        assert_eq!(parts(&found).len(), 6);
        kept.record = kept.snapshot.go_on(&found);
        let kept = kept.push_many(1);
        assert_eq!(parts(&kept.read().resumed.unwrap()), (0..7).map(Recording::bytes).collect::<Vec<_>>());
    }
}

#[test]
fn a_segment_of_which_nothing_was_counted_never_was() {
    let kept = Recording::new().push_many(8);
    fs::write(kept.file(102), [&record::MAGIC[..], &segment_file::count(0), b"half of it"].concat()).unwrap();
    let found = kept.read().resumed.unwrap();
    assert_eq!(found.segments.last().unwrap().msn, 101);
    assert!(!kept.file(102).exists());
}

#[test]
fn a_newest_segment_that_was_cut_to_nothing_is_not_made_again_under_its_number() {
    for length in [0, 3, record::MAGIC.len(), record::MAGIC.len() + 8] {
        let kept = Recording::new().push_many(10);
        let whole = fs::read(kept.file(102)).unwrap();
        fs::write(kept.file(102), &whole[..length]).unwrap();
        let found = kept.read();
        assert!(found.resumed.is_none(), "{length} bytes");
        assert_eq!(found.identity.unwrap().1.msn, 103);
    }
}

#[test]
fn an_event_whose_newest_segment_lost_something_does_not_go_on_and_its_numbers_are_not_given_out_again() {
    let kept = Recording::new().push_many(10);
    let whole = fs::read(kept.file(102)).unwrap();
    fs::write(kept.file(102), &whole[..whole.len() - 1]).unwrap();
    let found = kept.read();
    assert!(found.resumed.is_none());
    let (known, numbers) = found.identity.unwrap();
    assert_eq!((known, numbers.event, numbers.msn), (epoch(), EventId(8), 103));
    assert_eq!(kept.names(), ["numbers"], "what cannot go on takes no memory");
}

#[test]
fn an_event_goes_on_with_what_is_behind_a_damaged_segment() {
    let kept = Recording::new().push_many(14);
    let mut bytes = fs::read(kept.file(101)).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(kept.file(101), bytes).unwrap();
    let found = kept.read().resumed.unwrap();
    assert_eq!(found.segments.iter().map(|segment| segment.msn).collect::<Vec<_>>(), [102, 103]);
}

#[test]
fn without_its_own_file_an_event_does_not_go_on() {
    let kept = Recording::new().push_many(5);
    fs::remove_file(kept.folder.path().join("7.event")).unwrap();
    let found = kept.read();
    assert!(found.resumed.is_none());
    assert_eq!(found.identity.unwrap().1.event, EventId(8));
}

#[test]
fn without_the_numbers_the_event_knows_the_epoch() {
    let kept = Recording::new().push_many(5);
    fs::remove_file(kept.folder.path().join("numbers")).unwrap();
    let found = kept.read();
    assert!(found.resumed.is_some());
    assert_eq!(found.identity.unwrap().0, epoch());
}

#[test]
fn an_event_of_another_epoch_does_not_go_on() {
    let kept = Recording::new().push_many(5);
    let other = Epoch::from_random([6; 12]);
    Snapshot::new(files(&kept.folder), other.clone()).numbers(Numbers::first());
    let found = kept.read();
    assert!(found.resumed.is_none());
    assert_eq!(found.identity.unwrap().0, other);
}

#[test]
fn only_what_somebody_is_owed_is_kept() {
    let mut kept = Recording::new().push_many(14);
    kept.record.let_go_before(102);
    assert_eq!(kept.names(), ["7-102.segment", "7-103.segment", "7.event", "numbers"]);
    kept.record.forget();
    assert_eq!(kept.names(), ["numbers"]);
}

#[test]
fn more_than_the_limit_is_not_read() {
    let kept = Recording::new().push_many(40);
    let size = fs::metadata(kept.file(100)).unwrap().len();
    let found = read(&files(&kept.folder), usize::try_from(size).unwrap() * 3);
    assert!((2..=3).contains(&found.resumed.unwrap().segments.len()));
}

#[test]
fn an_ended_event_is_the_past_and_the_next_one_goes_on() {
    let mut kept = Recording::new().push_many(8);
    kept.record.end();
    assert!(kept.read().resumed.is_none());
    let mut next = kept.snapshot.begin(EventId(8), measured(), None);
    next.configured(Configured { init: init(0), configuration: configuration(640) }, |_| true);
    let found = kept.read();
    assert_eq!(found.past.unwrap().segments.len(), 2);
    assert!(found.resumed.is_none(), "nothing of it was published");
}

#[test]
fn an_event_goes_on_with_the_configuration_of_what_was_published() {
    let mut kept = Recording::new().push_many(4);
    kept.record.configured(Configured { init: init(1), configuration: configuration(320) }, |_| true);
    let found = kept.read().resumed.unwrap();
    assert_eq!(found.configuration, configuration(640));
    assert_eq!(found.head.configured.len(), 2);
}

#[test]
fn a_folder_that_is_gone_ends_the_record_and_nothing_else() {
    let mut kept = Recording::new().push_many(5);
    fs::remove_dir_all(kept.folder.path()).unwrap();
    (0..10).for_each(|_| kept.push());
    kept.record.end();
}

#[test]
fn sizes_that_are_claimed_and_not_there_are_not_believed() {
    let claimed = [&record::MAGIC[..], &[255; 4], &[255; 12], &[0; 64]].concat();
    assert_eq!(segment_file::decode(&Bytes::from(claimed)), Err(segment_file::Unusable::Damaged));
}

fn damaged(file: &str, damage: &[(prop::sample::Index, u8)], cut: Option<prop::sample::Index>) -> Found {
    let kept = Recording::new().push_many(10);
    let path = kept.folder.path().join(file);
    let mut bytes = fs::read(&path).unwrap();
    for (index, byte) in damage {
        let index = index.index(bytes.len());
        bytes[index] = *byte;
    }
    let length = cut.map_or(bytes.len(), |cut| cut.index(bytes.len()));
    fs::write(&path, &bytes[..length]).unwrap();
    kept.read()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happened to a file, what is found is what was published, and what could not be found is not made
    /// again under its name.
    #[test]
    fn damage_never_shows_other_bytes(
        file in prop::sample::select(vec!["numbers", "7.event", "7-100.segment", "7-101.segment", "7-102.segment"]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let found = damaged(file, &damage, cut);
        prop_assert!(found.identity.is_none_or(|(known, numbers)| known != epoch() || numbers.event == EventId(8)));
        if let Some(kept) = found.resumed {
            let published: Vec<Bytes> = (0..10).map(Recording::bytes).collect();
            prop_assert!(published.ends_with(&parts(&kept)), "{:?}", parts(&kept));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), magic: bool) {
        let bytes = if magic { [&record::MAGIC[..], &bytes].concat() } else { bytes };
        decode_any(&Bytes::from(bytes));
    }
}
