//! A recording as a torrent.

use super::*;

/// What `/torrents.json` says of recordings.
fn torrents(venuebox: &VenueBox) -> Vec<Value> {
    let list = crate::seeder::list(venuebox);
    let all = list["torrents"].as_array().unwrap().iter();
    all.filter(|torrent| torrent["kind"] == "recording").cloned().collect()
}

/// The recording's info hash, once it is another one than `before`.
pub fn info_hash(operator: &Operator, before: Option<&str>) -> String {
    until("a torrent", || {
        let hash = operator.read("recordings")["recordings"][0]["torrent"].as_str()?.to_owned();
        (Some(&hash[..]) != before).then_some(hash)
    })
}

#[tokio::test]
async fn aria2_fetches_a_recording_that_plays() {
    let (venuebox, operator, recording) = recorded(2).await;
    let hash = info_hash(&operator, None);
    let torrent = torrents(&venuebox).pop().unwrap();
    assert_eq!((&torrent["infoHash"], &torrent["name"]), (&json!(hash), &json!("Live.mp4")));
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("aria2c");
    command.args(["--seed-time=0", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false"]);
    command.args(["--enable-peer-exchange=false", "--follow-torrent=mem", "--summary-interval=0"]);
    command.arg("--dir").arg(folder.path()).arg(torrent["magnet"].as_str().unwrap());
    let path = folder.path().join("Live.mp4");
    let file = crate::seeder::fetched(&mut command, &path);
    assert!(file == download(&operator, &recording).body, "it is what the operator downloads");
    assert!(frames(path.to_str().unwrap())[0] > 30);
}

#[tokio::test]
async fn a_torrent_follows_its_recordings_name_its_restart_and_its_end() {
    let (mut venuebox, operator, _) = recorded(1).await;
    let first = info_hash(&operator, None);
    venuebox.kill_and_start();
    assert_eq!(info_hash(&operator, None), first);
    assert_eq!(operator.put("recordings/1", &json!({"title": "Spring"})).status, 204);
    let second = info_hash(&operator, Some(&first));
    let listed = torrents(&venuebox);
    assert_eq!((listed.len(), &listed[0]["name"]), (1, &json!("Spring.mp4")));
    assert_eq!(venuebox.get(&format!("/torrents/{first}.torrent")).status, 404);
    set(&operator, "share", json!(false));
    until("the torrent's end", || torrents(&venuebox).is_empty().then_some(()));
    set(&operator, "share", json!(true));
    assert_eq!(info_hash(&operator, None), second);
    assert_eq!(operator.delete("recordings/1").status, 204);
    until("the torrent's end", || torrents(&venuebox).is_empty().then_some(()));
}

#[tokio::test]
async fn behind_a_viewers_password_no_recording_is_seeded() {
    let (venuebox, operator, _) = recorded(1).await;
    info_hash(&operator, None);
    let set = operator.change("viewers", |viewers| viewers["password"] = json!("doors open"));
    assert_eq!(set.status, 200, "{}", set.text());
    until("the torrent's end", || {
        operator.read("recordings")["recordings"][0]["torrent"].is_null().then_some(())
    });
    drop(venuebox);
}
