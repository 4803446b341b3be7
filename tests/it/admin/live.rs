//! The dashboard's socket.

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::rig::{Operator, PASSWORD, PATIENCE, VenueBox};

async fn dashboard(venuebox: &VenueBox, who: &Operator) -> impl StreamExt<Item = String> + Unpin {
    let mut request = format!("ws://{}/api/admin/live", venuebox.http).into_client_request().unwrap();
    request.headers_mut().insert("cookie", who.cookie().parse().unwrap());
    let (socket, _) = connect_async(request).await.unwrap();
    Box::pin(socket.filter_map(async |message| match message {
        Ok(Message::Text(text)) => Some(text.to_string()),
        _ => None,
    }))
}

/// The next message, or none when the box closed the socket.
pub async fn next(socket: &mut (impl StreamExt<Item = String> + Unpin)) -> Option<Value> {
    let text = tokio::time::timeout(PATIENCE, socket.next()).await.expect("the dashboard says nothing")?;
    Some(serde_json::from_str(&text).unwrap())
}

/// The next message of that kind; what pulses each second is passed over.
async fn until(socket: &mut (impl StreamExt<Item = String> + Unpin), kind: &str) {
    loop {
        let message = next(socket).await.expect("the box closed the dashboard");
        if message["type"] == kind {
            return;
        }
    }
}

#[tokio::test]
async fn an_open_dashboard_hears_of_changes_and_closes_when_its_session_ends() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let other = Operator::sign_in(venuebox.http, PASSWORD);
    let (mut own, mut theirs) = (dashboard(&venuebox, &operator).await, dashboard(&venuebox, &other).await);
    assert_eq!(next(&mut own).await.unwrap()["type"], "hello");
    until(&mut theirs, "hello").await;
    assert_eq!(operator.change("page", |value| value["title"] = json!("New")).status, 200);
    until(&mut own, "settings").await;
    until(&mut theirs, "settings").await;
    assert_eq!(other.post("logout", &json!({})).status, 204);
    until(&mut theirs, "signed-out").await;
    assert_eq!(next(&mut theirs).await, None);
    assert_eq!(operator.change("page", |value| value["title"] = json!("Newer")).status, 200);
    until(&mut own, "settings").await;
}
