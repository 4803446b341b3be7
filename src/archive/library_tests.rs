use bytes::Bytes;

use super::*;
use crate::storage::Opened;
use crate::stream::Epoch;
use crate::time::MediaTime;

const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

struct Box {
    _data: tempfile::TempDir,
    folder: Folder,
    storage: Storage,
    library: Library,
}

async fn venuebox() -> Box {
    let data = tempfile::tempdir().unwrap();
    let mut opened = Opened::open(data.path(), "boot", [7; 12], None).unwrap();
    let storage = Storage::start(&mut opened).unwrap();
    let recording = Recording {
        event: ID.event,
        epoch: opened.epoch.clone(),
        title: String::from("Spring"),
        began: 0,
        ended: None,
        kept: true,
        target_duration: 2,
    };
    storage.begin_recording(recording).await.unwrap();
    let folder = Folder::new(data.path(), &opened.epoch);
    let library = Library::new(data.path().to_owned(), storage.clone(), Rewind::default());
    Box { _data: data, folder, storage, library }
}

impl Box {
    async fn keep(&self, msn: u64, kept: bool) {
        let bytes = Bytes::from_static(b"bytes");
        for uri in [MediaUri::Init(0), MediaUri::Segment(msn)] {
            self.folder.keep(ID, uri, std::slice::from_ref(&bytes)).unwrap();
        }
        let init = KeptInit { number: 0, codecs: String::from("avc1"), resolution: None, size: 5 };
        let segment = KeptSegment {
            msn,
            init: 0,
            discontinuity: false,
            start: MediaTime::ZERO,
            date: 0,
            duration: MediaTime::from_millis(2_000),
            size: 5,
            kept,
        };
        self.storage.keep_segment(ID, Some(init), segment, true).await.unwrap();
    }
}

#[tokio::test]
async fn a_recording_is_what_was_recorded_and_not_what_is_here_for_another_reason() {
    let venuebox = venuebox().await;
    assert!(venuebox.library.recording(ID.event).await.unwrap().is_none(), "nothing of it is here");
    venuebox.keep(7, false).await;
    assert!(venuebox.library.recording(ID.event).await.unwrap().is_none());
    venuebox.keep(8, true).await;
    let stored = venuebox.library.recording(ID.event).await.unwrap().unwrap();
    assert_eq!(stored.recording.title, "Spring");
    let msns: Vec<u64> = stored.renditions[0].segments.iter().map(|segment| segment.msn).collect();
    assert_eq!(msns, [8]);
}

#[tokio::test]
async fn a_file_is_given_below_its_own_epoch_alone() {
    let venuebox = venuebox().await;
    venuebox.keep(7, true).await;
    let epoch = Epoch::from_random([7; 12]).to_string();
    let (stored, file) =
        venuebox.library.file(&epoch, ID, MediaUri::Segment(7)).await.unwrap().expect("it is there");
    assert_eq!((stored.size, file.read(0, 9).unwrap()), (5, Bytes::from_static(b"bytes")));
    for other in ["", "..", "0123456789ab", "../../../etc"] {
        assert!(venuebox.library.file(other, ID, MediaUri::Segment(7)).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_deleted_recording_is_gone_from_the_database_the_disk_and_where_it_is_wanted_the_cloud() {
    let venuebox = venuebox().await;
    venuebox.keep(7, true).await;
    let folder = venuebox.folder.path(ID, MediaUri::Segment(7)).parent().unwrap().to_owned();
    assert!(folder.exists());
    venuebox.library.delete(ID.event, true).await.unwrap();
    assert!(!folder.exists());
    assert!(venuebox.storage.recording(ID.event).await.unwrap().is_none());
    assert!(venuebox.library.list().await.unwrap().is_empty());
    let again = venuebox.library.delete(ID.event, true).await;
    assert!(matches!(again, Err(LibraryError::Missing)), "{again:?}");
}

#[tokio::test]
async fn a_list_counts_what_grows_anew_and_what_is_finished_once() {
    let venuebox = venuebox().await;
    venuebox.keep(7, true).await;
    let size = async || venuebox.library.list().await.unwrap()[0].size;
    assert_eq!(size().await, 5);
    venuebox.keep(8, true).await;
    assert_eq!(size().await, 10);
    venuebox.storage.end_recording(ID.event, 9_000).await.unwrap();
    assert_eq!(size().await, 10);
    // An event that goes on after all goes on in its recording.
    let recording = venuebox.storage.recording(ID.event).await.unwrap().unwrap();
    venuebox.storage.begin_recording(recording).await.unwrap();
    venuebox.keep(9, true).await;
    assert_eq!(size().await, 15);
}

#[tokio::test]
async fn a_recording_of_which_no_file_plays_is_none() {
    let venuebox = venuebox().await;
    venuebox.keep(7, true).await;
    let film = venuebox.library.film(ID.event).await;
    assert!(matches!(film, Err(LibraryError::Missing)), "{film:?}");
}
