//! Where the box is reached, and by which of its network ports: for the set-up, *Network* and the poster.

use std::path::Path;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::appliance::{Interface, interfaces};
use crate::web::App;
use crate::web::addresses::Reached;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    watch: Vec<String>,
    server: Vec<String>,
    interfaces: Vec<ShownInterface>,
    can_change: bool,
}

#[derive(Serialize)]
struct ShownInterface {
    name: String,
    addresses: Vec<String>,
    /// Mbit/s.
    speed: Option<u64>,
    up: bool,
}

/// `GET addresses`.
pub async fn show(State(app): State<App>) -> Response {
    let ports = interfaces(Path::new("/"));
    let Reached { watch, server, .. } = Reached::of(app.desk(), &ports);
    let shown = Shown { watch, server, interfaces: ports.iter().map(shown).collect(), can_change: false };
    axum::Json(shown).into_response()
}

fn shown(interface: &Interface) -> ShownInterface {
    ShownInterface {
        name: interface.name.clone(),
        addresses: interface
            .addresses
            .iter()
            .map(|(address, length)| format!("{address}/{length}"))
            .collect(),
        speed: interface.speed,
        up: interface.up,
    }
}
