//! kill -9 at random moments of a box that keeps and uploads: what it promised is there, whenever it died.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::cloud::OnAir;
use crate::rig::{Bucket, Fault, Ledger, is_long};

/// How often it is killed: as often as `VENUEBOX_TEST_KILLS` says, or a thousand times in a long run.
fn kills() -> usize {
    let usual = if is_long() { 1_000 } else { 30 };
    std::env::var("VENUEBOX_TEST_KILLS").map_or(usual, |kills| kills.parse().unwrap())
}

/// Chance that can be had again: SplitMix64 from the seed in `VENUEBOX_TEST_SEED`.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed = std::env::var("VENUEBOX_TEST_SEED").ok().map(|seed| seed.parse().unwrap());
        let seed = seed.unwrap_or_else(|| getrandom::u64().unwrap());
        eprintln!("the kills come by VENUEBOX_TEST_SEED={seed}");
        Chance(seed)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

#[tokio::test]
async fn killed_at_any_moment_a_box_has_all_that_it_promised() {
    let bucket = Bucket::start();
    let mut on_air = OnAir::start_and(true, &bucket.arguments()).await;
    let ledger = survive(&mut on_air, &bucket, kills());
    assert_eq!(ledger.strays(), Vec::<PathBuf>::new());
    // What lies in the bucket is what was recorded.
    let archive = on_air.venuebox.data().join("archive");
    for path in ledger.local() {
        let recorded = std::fs::read(archive.join(path)).unwrap();
        assert!(recorded == std::fs::read(bucket.path("live").join(path)).unwrap(), "{}", path.display());
    }
}

#[tokio::test]
async fn killed_at_any_moment_a_box_that_does_not_record_lets_go_of_what_the_cloud_has_and_of_nothing_else() {
    let bucket = Bucket::start();
    let mut on_air = OnAir::start_and(false, &bucket.arguments()).await;
    let ledger = survive(&mut on_air, &bucket, kills() / 2);
    let left: Vec<_> = ledger.local().collect();
    assert!(left.len() < ledger.segments().len(), "nothing was let go: {left:?}");
}

/// An event with many kills, from its beginning to its end; what it left.
fn survive(on_air: &mut OnAir, bucket: &Bucket, kills: usize) -> Ledger {
    let mut chance = Chance::new();
    on_air.oracle.until_uploaded(2);
    for kill in 1..=kills {
        let ledger = kill_and_start(on_air, bucket, &mut chance);
        if kill % 10 == 0 {
            eprintln!("{kill} kills: {} segments, {} wait", ledger.segments().len(), ledger.waiting());
        }
    }
    bucket.mend();
    on_air.oracle.until_kept(2);
    on_air.end();
    // The end of an event is as good a moment as any.
    for _ in 0..3 {
        kill_and_start(on_air, bucket, &mut chance);
    }
    bucket.mend();
    let listed = on_air.whole(bucket);
    let promises = on_air.oracle.promises();
    on_air.venuebox.process.kill();
    let ledger = Ledger::read(&on_air.venuebox.data());
    ledger.assert_keeps(&promises, bucket);
    assert_eq!(ledger.waiting(), 0);
    let all: Vec<u64> = ledger.segments().iter().map(|(.., msn)| *msn).collect();
    assert_eq!(listed, all);
    assert!(all.windows(2).all(|pair| pair[0] + 1 == pair[1]), "some were never kept: {all:?}");
    bucket.assert_whole();
    ledger
}

/// Lets it live for a moment and kills it, looks at what it left, and starts it again.
fn kill_and_start(on_air: &mut OnAir, bucket: &Bucket, chance: &mut Chance) -> Ledger {
    // Answers that take their time leave more on its way when the kill comes, and failures more that waits.
    match chance.below(4) {
        0 => bucket.fault(Fault::Refuses(500, "InternalError")),
        _ => bucket.fault(Fault::Slow(Duration::from_millis(chance.below(1_000)))),
    }
    // The moment is by chance, so there is nothing to wait for. Nothing is sent in the first second.
    thread::sleep(Duration::from_millis(300 + chance.below(2_000)));
    let promises = on_air.oracle.promises();
    on_air.venuebox.process.kill();
    let ledger = Ledger::read(&on_air.venuebox.data());
    ledger.assert_keeps(&promises, bucket);
    bucket.assert_whole();
    bucket.assert_paced();
    // Many short lives are what is wanted here.
    let _ = std::fs::remove_file(on_air.venuebox.snapshot().with_file_name("starts"));
    on_air.venuebox.start_again();
    ledger
}
