//! The tracker with a client that nobody here wrote: npm's bittorrent-tracker over WebSocket, HTTP and UDP.

use serde_json::json;

use crate::rig::{Browser, TrackerClient, VenueBox, cabled};

#[test]
fn clients_of_http_and_udp_find_each_other_in_one_swarm() {
    let venuebox = VenueBox::start();
    let http = venuebox.url("/announce");
    let udp = format!("udp://{}/announce", venuebox.tracker);
    let first = TrackerClient::start(1, &http, 1_001);
    assert_eq!(first.hear("update")["incomplete"], 1);
    let mut second = TrackerClient::seeding(2, &udp, 1_002);
    let update = second.hear("update");
    assert_eq!((&update["complete"], &update["incomplete"]), (&json!(1), &json!(1)));
    assert_eq!(second.hear("peer")["address"], "127.0.0.1:1001");
    let mut third = TrackerClient::start(3, &http, 1_003);
    let neighbours = [third.hear("peer"), third.hear("peer")].map(|peer| peer["address"].clone());
    assert!(neighbours.contains(&json!("127.0.0.1:1001")) && neighbours.contains(&json!("127.0.0.1:1002")));
    for client in [&mut second, &mut third] {
        client.says("scrape");
        let scrape = client.hear("scrape");
        assert_eq!((&scrape["complete"], &scrape["incomplete"]), (&json!(1), &json!(2)));
    }
    second.says("stop");
    second.hear("update");
    third.says("complete");
    third.hear("update");
    third.says("scrape");
    let scrape = third.hear("scrape");
    assert_eq!(
        (&scrape["complete"], &scrape["incomplete"], &scrape["downloaded"]),
        (&json!(1), &json!(1), &json!(1))
    );
}

#[test]
fn two_clients_of_the_websocket_open_a_data_channel_through_relayed_offers() {
    let venuebox = VenueBox::start();
    let announce = format!("ws://{}/announce", venuebox.http);
    let mut first = TrackerClient::start(1, &announce, 1);
    assert_eq!(first.hear("update")["incomplete"], 1);
    // Some clients are set to the bare address.
    let mut second = TrackerClient::start(2, &format!("ws://{}", venuebox.http), 2);
    second.hear("update");
    assert_eq!(second.hear("connected")["id"], "01".repeat(20));
    assert_eq!(first.hear("connected")["id"], "02".repeat(20));
    first.says("scrape");
    assert_eq!(first.hear("scrape")["incomplete"], 2);
    second.says("stop");
    second.hear("update");
    first.says("scrape");
    assert_eq!(first.hear("scrape")["incomplete"], 1);
    assert_eq!(venuebox.get("/").status, 200, "the page is where the socket is");
}

/// In a page: a connection that has gathered, by the box's STUN alone, and whose description names no `.local`. What
/// the other page says is then `window.heard`; how it came to that can be read in the page.
const MEET: &str = r#"
window.meet = async (stun, offer) => {
  const note = (text) => document.body.append(`${text}; `);
  const peer = new RTCPeerConnection({ iceServers: [{ urls: stun }] });
  window.peer = peer;
  peer.onconnectionstatechange = () => note(peer.connectionState);
  const listen = (channel) => {
    let greeted = false;
    // On a busy machine a channel that the other page made is open before this one has seen it, and its event is lost.
    const greet = () => {
      note(`the channel is ${channel.readyState}`);
      if (greeted || channel.readyState !== "open") return;
      greeted = true;
      channel.send("hello");
    };
    channel.onopen = greet;
    channel.onmessage = ({ data }) => {
      window.heard = data;
      greet();
    };
    greet();
  };
  if (offer) peer.ondatachannel = ({ channel }) => listen(channel);
  else listen(peer.createDataChannel("meeting"));
  if (offer) await peer.setRemoteDescription({ type: "offer", sdp: offer });
  const gathered = new Promise((resolve) => {
    peer.onicecandidate = ({ candidate }) => candidate || resolve();
  });
  await peer.setLocalDescription();
  await gathered;
  const lines = peer.localDescription.sdp.split("\r\n");
  return lines.filter((line) => !(line.startsWith("a=candidate:") && line.includes(".local"))).join("\r\n");
};
"#;

#[test]
fn two_pages_without_local_names_connect_through_the_boxs_stun() {
    let Some([box_host, viewers]) = cabled() else { return };
    let venuebox = VenueBox::start_in(&box_host, "10.77.0.1:0");
    let browser = Browser::start_in(&viewers);
    let [first, second] = ["one page", "another page"].map(|name| {
        let page = browser.page_called(name, &venuebox.url("/healthz"));
        page.evaluate(MEET);
        page
    });
    let stun = json!(format!("stun:{}", venuebox.stun));
    let offer = first.evaluate(&format!("window.meet({stun})"));
    let sdp = offer.as_str().unwrap();
    assert!(
        sdp.contains("10.77.0.2") && sdp.contains("typ srflx"),
        "the box has not told its address: {sdp}"
    );
    let answer = second.evaluate(&format!("window.meet({stun}, {offer})"));
    first.evaluate(&format!("window.peer.setRemoteDescription({{ type: 'answer', sdp: {answer} }})"));
    assert_eq!(second.until("window.heard"), "hello");
    assert_eq!(first.until("window.heard"), "hello");
}
