use super::super::variant::tests::sized;
use super::*;

const EVENT: EventId = EventId(3);
const ID: RenditionId = RenditionId { event: EVENT, rendition: 0 };
const SOUND: RenditionId = RenditionId { event: EVENT, rendition: 1 };

fn left(event: EventId, over: bool, open: bool) -> Unpublished {
    Unpublished { event, epoch: Epoch::from_random([7; 12]), over, open, renditions: vec![0, 1] }
}

fn written(id: RenditionId, upto: u64, complete: bool) -> Written {
    Written { text: upto.to_string(), upto, complete, variant: sized(id, 500_000) }
}

/// Writes what is wanted, and says what that was.
fn write(book: &mut Book, upto: u64, complete: bool) -> Vec<Playlist> {
    let wanted = book.wanted();
    for playlist in &wanted {
        book.taken(*playlist);
        match *playlist {
            Playlist::Live(id) => book.live_written(id, written(id, upto, complete)),
            Playlist::Entrance(event) => book.entrance_written(event, book.entrance(event)),
            Playlist::Whole(id) => book.whole_written(id, sized(id, 500_000)),
            Playlist::WholeEntrance(event) => book.finished(event),
        }
    }
    wanted
}

#[test]
fn the_entrance_follows_the_playlists_that_it_names() {
    let mut book = Book::default();
    book.update(&[left(EVENT, false, true)]);
    let live = [Playlist::Live(ID), Playlist::Live(SOUND)];
    assert_eq!(write(&mut book, 7, false), live);
    assert!(book.entrance(EVENT).contains("/3-0/stream.m3u8\n"));
    assert_eq!(write(&mut book, 7, false), [Playlist::Entrance(EVENT)]);
    assert_eq!(book.wanted(), []);
    book.arrived(ID, false);
    assert_eq!(book.wanted(), [], "it waits for the one before it");
    book.arrived(ID, true);
    assert_eq!(write(&mut book, 8, false), [Playlist::Live(ID)]);
    assert_eq!(book.wanted(), [], "the entrance says the same");
    assert_eq!(book.edges(), [(ID, 8), (SOUND, 7)]);
}

#[test]
fn what_was_not_written_is_written_again() {
    let mut book = Book::default();
    book.update(&[left(EVENT, false, true)]);
    book.taken(Playlist::Live(ID));
    assert_eq!(book.wanted(), [Playlist::Live(SOUND)]);
    book.failed(Playlist::Live(ID));
    assert_eq!(book.wanted(), [Playlist::Live(ID), Playlist::Live(SOUND)]);
}

#[test]
fn the_whole_is_written_when_nothing_waits_and_its_entrance_last() {
    let mut book = Book::default();
    book.update(&[left(EVENT, false, true)]);
    write(&mut book, 7, false);
    write(&mut book, 7, false);
    book.update(&[left(EVENT, true, true)]);
    assert_eq!(write(&mut book, 7, false), [Playlist::Live(ID), Playlist::Live(SOUND)]);
    assert_eq!(book.wanted(), []);
    book.update(&[left(EVENT, true, false)]);
    assert_eq!(write(&mut book, 8, true), [Playlist::Live(ID), Playlist::Live(SOUND)]);
    assert_eq!(write(&mut book, 8, true), [Playlist::Whole(ID), Playlist::Whole(SOUND)]);
    assert!(book.whole_entrance(EVENT).unwrap().ends_with("\n1.m3u8\n"));
    assert_eq!(write(&mut book, 8, true), [Playlist::WholeEntrance(EVENT)]);
    assert_eq!(book.wanted(), []);
}

#[test]
fn an_event_that_goes_on_after_its_end_gets_another_whole() {
    let mut book = Book::default();
    book.update(&[left(EVENT, true, false)]);
    write(&mut book, 8, true);
    assert!(write(&mut book, 8, true).contains(&Playlist::Whole(ID)));
    book.update(&[left(EVENT, false, true)]);
    assert_eq!(write(&mut book, 9, false), [Playlist::Live(ID), Playlist::Live(SOUND)]);
    book.update(&[left(EVENT, true, false)]);
    write(&mut book, 10, true);
    assert!(write(&mut book, 10, true).contains(&Playlist::Whole(ID)));
}

#[test]
fn the_entrance_leads_to_the_newest_event_that_has_anything() {
    let mut book = Book::default();
    let next = EventId(4);
    book.update(&[left(EVENT, true, true), left(next, false, true)]);
    let wanted = book.wanted();
    assert_eq!(wanted[0], Playlist::Live(RenditionId { event: next, rendition: 0 }));
    // Nothing of the newer one has arrived.
    for rendition in 0..2 {
        book.taken(Playlist::Live(RenditionId { event: next, rendition }));
        book.live_empty(RenditionId { event: next, rendition });
    }
    write(&mut book, 7, false);
    assert_eq!(book.wanted(), [Playlist::Entrance(EVENT)]);
    book.entrance_written(EVENT, book.entrance(EVENT));
    book.arrived(RenditionId { event: next, rendition: 0 }, true);
    write(&mut book, 20, false);
    assert_eq!(book.wanted(), [Playlist::Entrance(next)]);
    book.forget(next);
    assert_eq!(book.newest(), Some(EVENT));
}
