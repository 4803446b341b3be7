use super::*;
use proptest::prelude::*;

fn content(length: usize) -> VirtualFile {
    let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
    VirtualFile::new(bytes.chunks(10_000).map(Bytes::copy_from_slice))
}

#[test]
fn the_same_bytes_under_the_same_name_have_the_same_info_hash_however_they_are_cut() {
    let bytes = vec![7; 600_000];
    let one =
        Torrent::make("live.ts", Layout::Single, &VirtualFile::new([Bytes::from(bytes.clone())])).unwrap();
    let many = VirtualFile::new(bytes.chunks(777).map(Bytes::copy_from_slice));
    let many = Torrent::make("live.ts", Layout::Single, &many).unwrap();
    assert_eq!(one, many);
    assert_eq!(one.pieces(), 3);
    assert_eq!(one.length_of_piece(2), Some(600_000 - 2 * PIECE_LENGTH));
    assert_eq!(one.length_of_piece(3), None);
}

#[test]
fn an_info_dictionary_is_what_other_programs_make_of_it() {
    // `printf abc > a; transmission-create -s 256 a`: the same name, length and piece.
    let torrent =
        Torrent::make("a", Layout::Single, &VirtualFile::new([Bytes::from_static(b"abc")])).unwrap();
    let mut expected = b"d6:lengthi3e4:name1:a12:piece lengthi262144e6:pieces20:".to_vec();
    expected.extend_from_slice(&Sha1::digest(b"abc"));
    expected.push(b'e');
    assert_eq!(torrent.info, expected);
    assert_eq!(torrent.info_hash, InfoHash(Sha1::digest(&expected).into()));
}

#[test]
fn a_torrent_file_has_the_trackers_and_the_info_as_it_was_hashed() {
    let torrent = Torrent::make("live.ts", Layout::Single, &content(1)).unwrap();
    let trackers = Trackers { web: "box:8080".into(), udp: Some("box:6969".into()) };
    let file = torrent.file(&trackers);
    let value = Value::read(&file).unwrap();
    assert_eq!(value.get(b"announce").unwrap().bytes(), Some(&b"http://box:8080/announce"[..]));
    assert_eq!(value.get(b"announce-list").unwrap().list().unwrap().len(), 3);
    assert_eq!(value.get(b"info").unwrap().to_bytes(), torrent.info);
}

#[test]
fn a_magnet_names_hash_file_and_three_trackers() {
    let torrent = Torrent::make("a b.ts", Layout::Single, &content(1)).unwrap();
    let magnet = torrent.magnet(&Trackers { web: "[::1]:80".into(), udp: Some("box:6969".into()) });
    assert!(
        magnet.starts_with(&format!(
            "magnet:?xt=urn:btih:{}&dn=a%20b.ts&tr=http%3A%2F%2F%5B",
            torrent.info_hash
        ))
    );
    assert_eq!(magnet.matches("&tr=").count(), 3);
}

#[test]
fn names_that_leave_their_folder_and_lengths_that_do_not_add_up_are_refused() {
    let make = |name: &str, files: Vec<FileEntry>| Torrent::make(name, Layout::Multiple(files), &content(5));
    let file = |name: &str, length| FileEntry { name: name.into(), length };
    assert_eq!(make("..", vec![file("a", 5)]), Err(MetainfoError::Name));
    assert_eq!(make("live", vec![file("../a", 5)]), Err(MetainfoError::Name));
    assert_eq!(make("live", vec![file("a", 4)]), Err(MetainfoError::Lengths));
    assert_eq!(Torrent::make("a", Layout::Single, &content(0)), Err(MetainfoError::Empty));
    assert!(make("live", vec![file("a", 2), file("b", 3)]).is_ok());
}

#[test]
fn long_content_gets_longer_pieces() {
    assert_eq!(piece_length(300 << 20), PIECE_LENGTH);
    assert_eq!(piece_length(20 << 30), 16 << 20);
}

#[test]
fn what_was_hashed_before_is_the_same_torrent_and_other_hashes_are_none() {
    let content = content(600_000);
    let made = Torrent::make("a.mp4", Layout::Single, &content).unwrap();
    let mut hasher = PieceHasher::new(600_000);
    content.chunks().for_each(|chunk| hasher.update(chunk));
    let pieces = hasher.finish();
    assert_eq!(Torrent::hashed("a.mp4", 600_000, &pieces), Ok(made));
    assert_eq!(Torrent::hashed("a.mp4", 600_000, &pieces[20..]), Err(MetainfoError::Lengths));
    assert_eq!(Torrent::hashed("../a", 600_000, &pieces), Err(MetainfoError::Name));
    assert_eq!(Torrent::hashed("a.mp4", 0, &[]), Err(MetainfoError::Empty));
}

proptest! {
    #[test]
    fn what_is_made_is_read_as_the_same(lengths in prop::collection::vec(1_u64..2_000, 1..6), single: bool) {
        let content = content(usize::try_from(lengths.iter().sum::<u64>()).unwrap());
        let file = |(at, length): (usize, &u64)| FileEntry { name: format!("{at}.m4s"), length: *length };
        let files = lengths.iter().enumerate().map(file).collect();
        let layout = if single { Layout::Single } else { Layout::Multiple(files) };
        let torrent = Torrent::make("live", layout, &content).unwrap();
        prop_assert_eq!(Torrent::read(torrent.info.clone()), Ok(torrent));
    }
}
