//! A disk without room: live goes on, the operator is told, and what comes once there is room again is kept.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::rig::{
    Bucket, Ledger, MediaPlaylist, Operator, Oracle, PASSWORD, PATIENCE, Publisher, VenueBox, Viewer,
};

const MEGABYTES: u32 = 64;

/// Each finds the box at another moment: before it looks at its disk, or before it writes a file or a row.
const ROUNDS: usize = 3;

/// Takes all the room that is left.
fn fill(path: &Path) {
    let mut file = File::options().create(true).append(true).open(path).unwrap();
    let error = loop {
        if let Err(error) = file.write_all(&[7; 4_096]) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
}

/// Leaves no room until that is told, and then all of it until segments are kept and uploaded again.
fn fill_and_free(ballast: &Path, oracle: &Oracle) {
    let warns = |state: &Value| {
        let warning = state["archive"]["warning"].as_str().unwrap_or_default();
        // A disk so small always warns of the hours that it has left.
        warning.contains("is full") || warning.contains("Nothing can be written")
    };
    let told = |text: &&String| text.contains("is full") || text.contains("Nothing can be written");
    let before = oracle.promises().journal.iter().filter(told).count();
    fill(ballast);
    oracle.until_state("the disk is full", warns);
    oracle.until("the journal tells it", |heard| {
        (heard.journal.iter().filter(told).count() > before).then_some(())
    });
    // Something always lets go of a little.
    fill(ballast);
    std::fs::remove_file(ballast).unwrap();
    oracle.until_state("no such warning", |state| !warns(state));
    oracle.until_kept(3);
    oracle.until_uploaded(3);
    oracle.until_state("recording", |state| state["archive"]["recording"] == true);
}

/// The disk has room, and takes no file until that is told: the row that follows a file is never there without it.
fn refuse_files_and_take_them(crowd: &Path, oracle: &Oracle) {
    std::fs::create_dir(crowd).unwrap();
    let refused = (0..).find_map(|number| File::create(crowd.join(format!("{number}"))).err()).unwrap();
    assert_eq!(refused.kind(), ErrorKind::StorageFull, "{refused}");
    let warns = |state: &Value| {
        state["archive"]["warning"].as_str().is_some_and(|text| text.contains("Nothing can be written"))
    };
    oracle.until_state("nothing can be written", warns);
    std::fs::remove_dir_all(crowd).unwrap();
    oracle.until("the disk takes files again", |heard| {
        heard.journal.iter().any(|text| text.contains("can be written again")).then_some(())
    });
    oracle.until_state("no such warning", |state| !warns(state));
    oracle.until_kept(3);
    oracle.until_uploaded(3);
}

#[tokio::test]
async fn a_full_disk_is_told_and_live_goes_on_and_so_does_the_rest_once_there_is_room() {
    let bucket = Bucket::start();
    let arguments = bucket.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(venuebox) = VenueBox::start_on_disk(MEGABYTES, &arguments) else { return };
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    assert_eq!(operator.change("recording", |value| value["record"] = json!(true)).status, 200);
    let oracle = Oracle::listen(venuebox.http, &operator);
    let _publisher = Publisher::test_card(&venuebox);
    let viewer = Viewer::watch(&venuebox.media_playlist_url().await);
    oracle.until_uploaded(3);
    assert_eq!(oracle.promises().state["archive"]["recording"], true);
    for _ in 0..ROUNDS {
        fill_and_free(&venuebox.data_on_disk().join("ballast"), &oracle);
    }
    refuse_files_and_take_them(&venuebox.data_on_disk().join("crowd"), &oracle);
    let kept = oracle.promises().kept;
    let (first, last) = (kept.first().unwrap().2, kept.last().unwrap().2);
    assert_eq!(kept.len() as u64, last - first + 1, "what was still in memory was kept afterwards: {kept:?}");
    viewer.saw_everything();
    bucket.assert_whole();
}

#[tokio::test]
async fn a_box_that_starts_on_a_full_disk_is_on_air_and_loses_nothing_of_what_it_kept() {
    let bucket = Bucket::start();
    let arguments = bucket.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(mut venuebox) = VenueBox::start_on_disk(MEGABYTES, &arguments) else { return };
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    assert_eq!(operator.change("recording", |value| value["record"] = json!(true)).status, 200);
    let oracle = Oracle::listen(venuebox.http, &operator);
    let publisher = Publisher::test_card(&venuebox);
    oracle.until_kept(2);
    let before = oracle.promises();
    drop((oracle, publisher));
    let ballast = venuebox.data_on_disk().join("ballast");
    fill(&ballast);
    venuebox.process.kill();
    fill(&ballast);
    venuebox.start_again();
    venuebox.process.says(PATIENCE, "the database cannot be written");
    // Its ports are others, and so it has to be another encoder.
    let publisher = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist_url().await;
    let viewer = Viewer::watch(&url);
    MediaPlaylist::after(&url, 3);
    viewer.saw_everything();
    drop(publisher);
    std::fs::remove_file(&ballast).unwrap();
    venuebox.kill_and_start();
    let _publisher = Publisher::test_card(&venuebox);
    let oracle = Oracle::listen(venuebox.http, &operator.moved_to(venuebox.http));
    oracle.until_kept(3);
    oracle.until_uploaded(3);
    venuebox.process.kill();
    let ledger = Ledger::read(&venuebox.data_on_disk());
    ledger.assert_keeps(&before, &bucket);
    ledger.assert_keeps(&oracle.promises(), &bucket);
    bucket.assert_whole();
}
