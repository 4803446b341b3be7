//! The command line and its environment: boot facts. What an operator sets lives in storage.

use std::fmt;
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::ingest::FeedUrl;
use crate::stream::Takeover;

/// A live-streaming appliance: RTMP in, low-latency HLS out.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<CommandLine>,
    /// How much to log: error, warn, info, debug or trace.
    #[arg(long, env = "VENUEBOX_LOG", default_value = "info", global = true)]
    log: log::LevelFilter,
}

#[derive(Debug, Subcommand)]
enum CommandLine {
    /// Run the box (default).
    Run(Box<RunConfig>),
    /// Publish a test card to a box over RTMP.
    Testcard(CardConfig),
    /// Publish a file to a box over RTMP.
    Play(PlayConfig),
    /// Print what a running box says of itself.
    Status(StatusConfig),
    /// Wait until a running box is well; the exit status says whether it is.
    Health(HealthConfig),
    /// Show the box's own screen on this terminal.
    Console(ConsoleConfig),
    /// Check what the box needs and say what is missing.
    Check(Box<RunConfig>),
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Run the box.
    Run(Box<RunConfig>),
    /// Publish the test card.
    Testcard(CardConfig),
    /// Publish a file.
    Play(PlayConfig),
    /// Print a box's status.
    Status(StatusConfig),
    /// Wait until a box is well.
    Health(HealthConfig),
    /// Show the box's screen.
    Console(ConsoleConfig),
    /// Check this machine.
    Check(Box<RunConfig>),
}

impl Arguments {
    /// How much to log.
    pub fn log_level(&self) -> log::LevelFilter {
        self.log
    }

    /// What to do; without a subcommand, run.
    pub fn command(self) -> Command {
        match self.command {
            Some(CommandLine::Run(config)) => Command::Run(config),
            Some(CommandLine::Testcard(config)) => Command::Testcard(config),
            Some(CommandLine::Play(config)) => Command::Play(config),
            Some(CommandLine::Status(config)) => Command::Status(config),
            Some(CommandLine::Health(config)) => Command::Health(config),
            Some(CommandLine::Console(config)) => Command::Console(config),
            Some(CommandLine::Check(config)) => Command::Check(config),
            None => Command::Run(Box::new(RunConfig::parse_from(["venuebox"]))),
        }
    }
}

/// A value that never shows in a log or a printed configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Secret(String::from(text)))
    }
}

/// How the mesh starts on a fresh box.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum MeshMode {
    /// By the egress budget.
    Auto,
    /// Mostly peers.
    Peers,
    /// Off.
    Off,
}

/// A stream key's rule for a second encoder.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TakeoverRule {
    /// It is refused.
    Reject,
    /// It replaces the first.
    Replace,
    /// It waits for the first to drop.
    Standby,
}

impl From<TakeoverRule> for Takeover {
    fn from(rule: TakeoverRule) -> Self {
        match rule {
            TakeoverRule::Reject => Takeover::Reject,
            TakeoverRule::Replace => Takeover::Replace,
            TakeoverRule::Standby => Takeover::Standby,
        }
    }
}

/// Flags of `run` and `check`.
#[derive(Debug, Parser)]
#[command(name = "venuebox run")]
pub struct RunConfig {
    /// Folder of what survives a power cut.
    #[arg(long, env = "VENUEBOX_DATA", value_name = "DIR", default_value = "./data")]
    pub data: PathBuf,
    /// Folder of what survives a restart, in memory (default: systemd's RuntimeDirectory, XDG_RUNTIME_DIR or
    /// /dev/shm).
    #[arg(long, env = "VENUEBOX_RUNTIME", value_name = "DIR")]
    pub runtime: Option<PathBuf>,
    /// Address of pages and streams; port 0 takes a free one.
    #[arg(long, env = "VENUEBOX_HTTP", value_name = "ADDR", default_value_t = any(8080))]
    pub http: SocketAddr,
    /// Address for encoders.
    #[arg(long, env = "VENUEBOX_RTMP", value_name = "ADDR", default_value_t = any(1935))]
    pub rtmp: SocketAddr,
    /// Address of the STUN responder.
    #[arg(long, env = "VENUEBOX_STUN", value_name = "ADDR", default_value_t = any(3478))]
    pub stun: SocketAddr,
    /// Address of the UDP tracker.
    #[arg(long, env = "VENUEBOX_TRACKER_UDP", value_name = "ADDR", default_value_t = any(6969))]
    pub tracker_udp: SocketAddr,
    /// Address of the BitTorrent seeder.
    #[arg(long, env = "VENUEBOX_BITTORRENT", value_name = "ADDR", default_value_t = any(6881))]
    pub bittorrent: SocketAddr,
    /// Folder in which the system says how its updates stand; where it is empty they come with the system.
    #[arg(long, env = "VENUEBOX_UPDATES", value_name = "DIR", default_value = "/run/venuebox-update")]
    pub updates: PathBuf,
    /// The box's public URL, where it has one.
    #[arg(long, env = "VENUEBOX_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Take this HLS stream as the source; an encoder that publishes goes before it.
    #[arg(long, env = "VENUEBOX_PULL", value_name = "URL", hide_env_values = true)]
    pub pull: Option<FeedUrl>,
    /// Provision this stream key; without it one is made and printed.
    #[arg(long, env = "VENUEBOX_STREAM_KEY", value_name = "KEY", hide_env_values = true)]
    pub stream_key: Option<Secret>,
    /// What happens when a second encoder comes with this key.
    #[arg(long, env = "VENUEBOX_TAKEOVER", value_enum, default_value = "reject")]
    pub takeover: TakeoverRule,
    /// Seconds that an event waits for its encoder.
    #[arg(long, env = "VENUEBOX_GRACE", value_name = "SECONDS", default_value = "120",
          value_parser = seconds)]
    pub grace: Duration,
    /// Provision this admin password.
    #[arg(long, env = "VENUEBOX_ADMIN_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub admin_password: Option<Secret>,
    /// Provision the mesh.
    #[arg(long, env = "VENUEBOX_MESH", value_enum)]
    pub mesh: Option<MeshMode>,
    /// Cloud storage.
    #[command(flatten)]
    pub r2: R2Config,
    /// Print the configuration and stop.
    #[arg(long)]
    pub print_config: bool,
}

/// Flags of the cloud storage.
#[derive(Debug, Args)]
pub struct R2Config {
    /// S3 endpoint.
    #[arg(long, env = "VENUEBOX_R2_ENDPOINT", value_name = "URL")]
    pub r2_endpoint: Option<String>,
    /// Account ID, instead of an endpoint.
    #[arg(long, env = "VENUEBOX_R2_ACCOUNT_ID", value_name = "ID")]
    pub r2_account_id: Option<String>,
    /// Jurisdiction of the account's buckets.
    #[arg(long, env = "VENUEBOX_R2_JURISDICTION", value_name = "NAME")]
    pub r2_jurisdiction: Option<String>,
    /// Bucket.
    #[arg(long, env = "VENUEBOX_R2_BUCKET", value_name = "NAME")]
    pub r2_bucket: Option<String>,
    /// Access Key ID.
    #[arg(long, env = "VENUEBOX_R2_ACCESS_KEY_ID", value_name = "ID", hide_env_values = true)]
    pub r2_access_key_id: Option<Secret>,
    /// Secret Access Key; by environment rather than on the command line.
    #[arg(long, env = "VENUEBOX_R2_SECRET_ACCESS_KEY", value_name = "SECRET", hide_env_values = true)]
    pub r2_secret_access_key: Option<Secret>,
    /// The bucket's public URL.
    #[arg(long, env = "VENUEBOX_R2_PUBLIC_URL", value_name = "URL")]
    pub r2_public_url: Option<String>,
    /// Prefix of all keys.
    #[arg(long, env = "VENUEBOX_R2_PREFIX", value_name = "PREFIX", default_value = "live/")]
    pub r2_prefix: String,
}

impl RunConfig {
    /// Flags that were given and whose room is not built yet.
    pub fn without_effect(&self) -> Vec<&'static str> {
        let flags = [("--mesh", self.mesh.is_some())];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }
}

/// Where to publish.
#[derive(Clone, Debug, Args)]
pub struct PublishConfig {
    /// The box's RTMP server, as it is entered into OBS.
    #[arg(long, env = "VENUEBOX_SERVER", value_name = "URL", default_value = "rtmp://127.0.0.1:1935/live")]
    pub server: String,
    /// The stream key.
    #[arg(long, env = "VENUEBOX_STREAM_KEY", value_name = "KEY", hide_env_values = true)]
    pub stream_key: Secret,
}

/// Flags of `testcard`.
#[derive(Clone, Debug, Args)]
pub struct CardConfig {
    /// Width and height of the picture, both even.
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1280x720")]
    pub size: PictureSize,
    /// Pictures a second.
    #[arg(long, value_name = "RATE", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub fps: u32,
    /// Bits a second of the picture.
    #[arg(long, value_name = "BITS", default_value_t = 2_500_000, value_parser = clap::value_parser!(u32).range(50_000..=100_000_000))]
    pub bitrate: u32,
    /// Where to publish.
    #[command(flatten)]
    pub target: PublishConfig,
}

/// A picture's size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// Width, even.
    pub width: u32,
    /// Height, even.
    pub height: u32,
}

impl FromStr for PictureSize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let side = |text: &str| text.parse().ok().filter(|side| (64..=7_680).contains(side) && side % 2 == 0);
        let (width, height) = text.split_once('x').ok_or("a size such as 1280x720")?;
        match (side(width), side(height)) {
            (Some(width), Some(height)) => Ok(PictureSize { width, height }),
            _ => Err("even numbers of pixels from 64 to 7680, such as 1280x720"),
        }
    }
}

/// Flags of `play`.
#[derive(Clone, Debug, Args)]
pub struct PlayConfig {
    /// The file.
    pub file: PathBuf,
    /// Begin again at its end.
    #[arg(long = "loop")]
    pub looped: bool,
    /// Where to publish.
    #[command(flatten)]
    pub target: PublishConfig,
}

/// Flags of `status`.
#[derive(Clone, Debug, Args)]
pub struct StatusConfig {
    /// The box's web address.
    #[arg(long, env = "VENUEBOX_HTTP", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
}

/// Flags of `health`.
#[derive(Clone, Debug, Args)]
pub struct HealthConfig {
    /// The box's web address.
    #[arg(long, env = "VENUEBOX_HTTP", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
    /// The box's address for encoders.
    #[arg(long, env = "VENUEBOX_RTMP", value_name = "ADDR", default_value = "127.0.0.1:1935")]
    pub rtmp: SocketAddr,
    /// How long to wait for it.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = patience)]
    pub wait: Duration,
}

/// Flags of `console`.
#[derive(Clone, Debug, Args)]
pub struct ConsoleConfig {
    /// The box's web address.
    #[arg(long, env = "VENUEBOX_HTTP", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
    /// The box's data folder, for its claim code.
    #[arg(long, env = "VENUEBOX_DATA", value_name = "DIR", default_value = "./data")]
    pub data: PathBuf,
}

fn any(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: u64 = text.parse().map_err(|_| String::from("a whole number of seconds"))?;
    if (1..=86_400).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(String::from("between 1 second and a day (86400)"))
    }
}

fn patience(text: &str) -> Result<Duration, String> {
    if text == "0" { Ok(Duration::ZERO) } else { seconds(text) }
}

/// The address that a program on this machine reaches a bound one at.
pub fn reachable(bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() { SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port())) } else { bound }
}

/// Prints the configuration, secrets as `***`.
pub fn print(config: &RunConfig) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{config:#?}").context("the configuration could not be printed")
}
