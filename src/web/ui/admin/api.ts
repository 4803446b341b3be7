/** What the box and the admin page say to each other, below `/api/admin/`. Types alone; who sends them is in `desk/`. */

/** Milliseconds since 1970, by the box's clock. */
export type Moment = number;

/** Stands for a secret that is set: it is never read back, and writing it keeps what is there. */
export const KEPT = "***";

export interface SessionInfo {
  claimed: boolean;
  claim: { withoutCode: boolean; secondsLeft: number | null };
  signedIn: boolean;
  boxName: string;
  version: string;
  setupDone: boolean;
}

// Settings.

export interface BoxSettings {
  name: string;
  timeZone: string;
  /** Mbit/s; `null` is 70 % of the link. */
  egressBudget: number | null;
}

export interface PageSettings {
  title: string;
  welcome: string;
  offline: string;
  /** `#rrggbb` */
  accent: string | null;
}

export type Latency = "low" | "balanced" | "steady";

export interface StreamSettings {
  latency: Latency;
  graceSeconds: number;
}

export interface ViewersSettings {
  password: string | null;
}

export interface PosterSettings {
  heading: string;
  text: string;
  wifiName: string;
  wifiPassword: string;
  showWifi: boolean;
}

export interface CloudSettings {
  endpoint: string | null;
  accountId: string | null;
  jurisdiction: string | null;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** `null`: nobody reads the bucket from outside. */
  publicUrl: string | null;
  prefix: string;
}

export interface RecordingSettings {
  record: boolean;
  /** Viewers may watch recordings. */
  share: boolean;
  rewind: boolean;
  rewindMinutes: number;
}

export interface UploadSettings {
  paused: boolean;
  /** Mbit/s; `null` is no limit. */
  uplinkLimit: number | null;
  /** How long the bucket keeps an event; `null` is for good. */
  keepDays: number | null;
  /** The viewers' page lies in the bucket too. */
  page: boolean;
  failover: boolean;
}

export interface SharingSettings {
  seed: boolean;
  /** Mbit/s that all peers together may take; `null` is no limit. */
  uploadLimit: number | null;
  bundleSeconds: number;
  chunkSeconds: number;
  tracker: TrackerSettings;
}

export interface TrackerSettings {
  announceSeconds: number;
  maxOffers: number;
  messageKilobytes: number;
  idleSeconds: number;
  connections: number;
  openToPublic: boolean;
}

export interface SetupSettings {
  step: string | null;
  done: boolean;
}

export interface Versioned<T> {
  version: number;
  value: T;
}

export interface Sections {
  box: BoxSettings;
  page: PageSettings;
  stream: StreamSettings;
  viewers: ViewersSettings;
  poster: PosterSettings;
  cloud: CloudSettings | null;
  sharing: SharingSettings;
  setup: SetupSettings;
  recording: RecordingSettings;
  upload: UploadSettings;
}

export type SectionName = keyof Sections;
export type Settings = { [Name in SectionName]: Versioned<Sections[Name]> } & {
  /** Where the poster picture is. */
  posterPicture: string | null;
};

// Keys and tokens.

export type Takeover = "reject" | "replace" | "standby";

export interface StreamKey {
  id: number;
  name: string;
  takeover: Takeover;
  created: Moment;
  lastUsed: Moment | null;
  live: boolean;
}

export type NewStreamKey = StreamKey & { key: string };

export type Scope = "read" | "control" | "settings";

export interface ApiToken {
  id: number;
  name: string;
  scopes: Scope[];
  created: Moment;
  lastUsed: Moment | null;
}

export type NewApiToken = ApiToken & { token: string };

// Recordings.

export interface Recording {
  event: number;
  title: string;
  began: Moment;
  /** `null` while it is on air. */
  ended: Moment | null;
  /** Part of the recordings; else only on its way to the cloud. */
  kept: boolean;
  /** Seconds. */
  duration: number;
  /** Bytes. */
  size: number;
  cloud: "none" | "waiting" | "there";
  /** Infohash. */
  torrent: string | null;
}

// The cloud.

export type CloudTestName = "write" | "read" | "list" | "remove" | "public" | "cors";

export interface CloudTestStep {
  name: CloudTestName;
  /** `null`: not tried, or not known. */
  ok: boolean | null;
  text: string;
  more: string | null;
}

export interface CloudTest {
  steps: CloudTestStep[];
  /** What to paste into the bucket's settings, where the box may not write them. */
  corsJson: string | null;
}

// The box in its network.

export interface NetworkInterface {
  name: string;
  addresses: string[];
  /** Mbit/s */
  speed: number | null;
  up: boolean;
}

export interface Addresses {
  /** Best first. */
  watch: string[];
  server: string[];
  interfaces: NetworkInterface[];
  canChange: boolean;
}

// The journal.

export type Level = "info" | "good" | "warn" | "bad";

export interface Entry {
  id: number;
  at: Moment;
  level: Level;
  text: string;
  more: string | null;
}

export interface JournalPage {
  /** Newest first. */
  entries: Entry[];
  more: boolean;
}

export * from "./live-api";
