use std::os::unix::fs::MetadataExt;

use super::*;
use crate::storage::lease::BLOCK;
use crate::storage::{Lease, Storage};

const BOOT: &str = "boot-1";

fn open(folder: &Path, found: Option<&Found>) -> Opened {
    Opened::open(folder, BOOT, [7; 12], found).unwrap()
}

fn numbers(event: u64, msn: u64) -> Numbers {
    Numbers { event: EventId(event), msn, fragment: 1 }
}

#[test]
fn a_fresh_folder_gets_a_database_that_only_its_owner_reads() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a/b");
    let opened = open(&data, None);
    assert_eq!((opened.origin, opened.numbers, opened.first_boot), (Origin::Fresh, numbers(1, 0), true));
    assert_eq!(std::fs::metadata(&data).unwrap().mode() & 0o077, 0);
}

#[test]
fn the_epoch_stays_and_numbers_go_on_behind_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), None);
    let epoch = first.epoch.clone();
    drop(first);
    let again = Opened::open(folder.path(), "boot-2", [9; 12], None).unwrap();
    assert_eq!(again.epoch, epoch);
    assert_eq!(again.origin, Origin::Known);
    assert_eq!(again.numbers, numbers(1 + BLOCK, BLOCK));
    assert!(!again.first_boot);
}

#[test]
fn a_lost_file_takes_epoch_and_numbers_from_the_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let found = Found { epoch: Epoch::from_random([3; 12]), numbers: numbers(5, 1_000) };
    let opened = open(folder.path(), Some(&found));
    assert_eq!((opened.epoch, opened.numbers), (found.epoch.clone(), found.numbers));
    assert_eq!(open(folder.path(), None).numbers, numbers(5 + BLOCK, 1_000 + BLOCK));
}

#[test]
fn of_file_and_snapshot_the_further_number_counts() {
    let folder = tempfile::tempdir().unwrap();
    let epoch = open(folder.path(), None).epoch;
    let found = Found { epoch, numbers: numbers(1, 1_000) };
    assert_eq!(open(folder.path(), Some(&found)).numbers, numbers(1 + BLOCK, 1_000));
}

#[test]
fn a_newer_schema_is_refused_in_words_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), None));
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    let refused = Opened::open(folder.path(), BOOT, [7; 12], None).unwrap_err().to_string();
    assert!(refused.contains("newer venuebox (schema 999"), "{refused}");
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    assert_eq!(migrations::version(&connection).unwrap(), 999);
}

#[test]
fn a_damaged_file_is_set_aside_and_a_new_epoch_begins() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=3 {
        std::fs::write(folder.path().join(FILE), vec![number; 20_000]).unwrap();
        let opened = Opened::open(folder.path(), BOOT, [number; 12], None).unwrap();
        let Origin::Replaced(aside) = &opened.origin else { panic!("{:?}", opened.origin) };
        assert_eq!(std::fs::read(aside).unwrap(), vec![number; 20_000]);
        assert_eq!(opened.epoch, Epoch::from_random([number; 12]));
        // Whoever damages the file must not be able to claim the box without its code.
        assert!(!opened.first_boot);
        drop(opened);
    }
}

#[test]
fn a_file_that_is_damaged_in_the_middle_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), None));
    let file = folder.path().join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[200..middle].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    assert!(matches!(open(folder.path(), None).origin, Origin::Replaced(_)));
}

#[tokio::test]
async fn where_no_file_can_be_made_there_is_a_database_all_the_same_and_it_needs_the_code_to_claim() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(FILE)).unwrap();
    let mut opened = open(folder.path(), None);
    assert!(matches!(opened.origin, Origin::Memory(_)), "{:?}", opened.origin);
    assert!(!opened.first_boot);
    let storage = Storage::start(&mut opened).unwrap();
    storage.change(0, crate::storage::settings::BoxSettings::default()).await.unwrap();
    assert!(folder.path().join(FILE).is_dir(), "what was there is left alone");
}

#[tokio::test]
async fn a_start_never_repeats_a_number_that_was_leased() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = numbers(1, 0);
    for _ in 0..5 {
        let mut opened = open(folder.path(), None);
        assert!(opened.numbers.msn >= next.msn && opened.numbers.event >= next.event);
        next = opened.numbers;
        let storage = Storage::start(&mut opened).unwrap();
        let lease = Lease::new(storage.clone(), next);
        for _ in 0..500 {
            next.msn += 1;
            lease.used(next);
            // The real event gives out a number every two seconds; here the thread is waited for.
            storage.diary(None, 1).await.unwrap();
        }
    }
}
