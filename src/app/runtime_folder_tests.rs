//! What is refused, what is counted and what is set aside.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self) -> anyhow::Result<RuntimeFolder> {
        RuntimeFolder::open(Some(&self.path("runtime")), &self.path("data"))
    }

    fn refused(&self) -> String {
        format!("{:#}", self.open().unwrap_err())
    }

    /// The box's own folder, once it has been opened.
    fn own(&self) -> PathBuf {
        fs::read_dir(self.path("runtime")).unwrap().next().unwrap().unwrap().path()
    }
}

#[test]
fn it_is_named_by_the_data_folder_and_for_its_owner_alone() {
    let place = Place::new();
    let folder = place.open().unwrap();
    folder.snapshot().unwrap();
    for path in [place.own(), place.own().join("snapshot")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let other = RuntimeFolder::open(Some(&place.path("runtime")), &place.path("other")).unwrap();
    assert_ne!(other.path, folder.path);
}

#[test]
fn the_system_is_told_where_nobody_else_can_write() {
    let place = Place::new();
    assert_eq!(place.open().unwrap().told(), place.path("runtime"));
    fs::set_permissions(place.path("runtime"), fs::Permissions::from_mode(0o1777)).unwrap();
    assert_eq!(place.open().unwrap().told(), place.own());
}

#[test]
fn a_second_box_on_the_data_folder_is_refused_until_the_first_is_gone() {
    let place = Place::new();
    let first = place.open().unwrap();
    let said = place.refused();
    assert!(said.contains("another venuebox is running") && said.contains("--data"), "{said}");
    let elsewhere = RuntimeFolder::open(Some(&place.path("elsewhere")), &place.path("data"));
    assert!(format!("{:#}", elsewhere.unwrap_err()).contains("another venuebox is running"));
    drop(first);
    place.open().unwrap();
}

#[test]
fn links_are_refused_wherever_they_are() {
    let place = Place::new();
    let real = tempfile::tempdir().unwrap();
    symlink(real.path(), place.path("runtime")).unwrap();
    assert!(place.refused().contains("is a link"));
    fs::remove_file(place.path("runtime")).unwrap();

    place.open().unwrap();
    let own = place.own();
    fs::remove_dir(&own).unwrap();
    symlink(real.path(), &own).unwrap();
    assert!(place.refused().contains("is a link"));
    fs::remove_file(&own).unwrap();

    fs::create_dir(&own).unwrap();
    symlink(real.path(), own.join("snapshot")).unwrap();
    let said = format!("{:#}", place.open().unwrap().snapshot().unwrap_err());
    assert!(said.contains("is a link"), "{said}");
}

#[test]
fn a_place_that_others_write_in_is_refused_unless_names_in_it_stay_their_owners() {
    let place = Place::new();
    fs::create_dir(place.path("runtime")).unwrap();
    fs::set_permissions(place.path("runtime"), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(place.refused().contains("can be written by other users"));
    fs::set_permissions(place.path("runtime"), fs::Permissions::from_mode(0o1777)).unwrap();
    place.open().unwrap();
}

#[test]
fn a_folder_of_another_user_is_refused() {
    if !geteuid().is_root() {
        return;
    }
    let place = Place::new();
    place.open().unwrap();
    std::os::unix::fs::chown(place.own(), Some(65_534), None).unwrap();
    let said = place.refused();
    assert!(said.contains("belongs to another user") && said.contains("--runtime"), "{said}");
    std::os::unix::fs::chown(place.path("runtime"), Some(65_534), None).unwrap();
    assert!(place.refused().contains("belongs to another user"));
}

#[test]
fn a_snapshot_whose_last_two_starts_did_not_live_is_set_aside_and_two_such_are_kept() {
    let place = Place::new();
    let found = || {
        let files = place.open().unwrap().snapshot().unwrap();
        !files.names().unwrap().is_empty()
    };
    for round in 1..=4 {
        place.open().unwrap().snapshot().unwrap().replace("numbers", b"1").unwrap();
        assert!(found() && found(), "round {round}");
        assert!(!found(), "the third start does without it");
        let mut aside: Vec<_> = fs::read_dir(place.own())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("set-aside"))
            .collect();
        aside.sort();
        let kept: Vec<_> =
            (1.max(round - 1)..=round).map(|number: u32| format!("set-aside-{number}")).collect();
        assert_eq!(aside, kept);
    }
}

#[test]
fn a_start_that_lived_counts_no_more() {
    let place = Place::new();
    place.open().unwrap().snapshot().unwrap().replace("numbers", b"1").unwrap();
    for _ in 0..5 {
        let folder = place.open().unwrap();
        assert!(!folder.snapshot().unwrap().names().unwrap().is_empty());
        folder.lived();
    }
}
