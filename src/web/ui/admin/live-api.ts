/** What the box tells its open pages, as it changes. */
import type { Moment, Entry } from "./api";

export type Lamp = "on-air" | "holding" | "standby" | "offline" | "not-claimed";

export interface Video {
  codec: string;
  width: number;
  height: number;
  frameRate: number | null;
  targetFrameRate: number | null;
  /** Seconds. */
  keyframeInterval: number | null;
}

export interface Audio {
  codec: string;
  channels: number;
  sampleRate: number;
}

export interface Input {
  encoder: string | null;
  address: string | null;
  key: string | null;
  testCard: boolean;
  connectedSince: Moment;
  video: Video | null;
  audio: Audio | null;
  /** bit/s */
  bitRate: number;
  /** bit/s, as the encoder announced. */
  targetBitRate: number | null;
  timestamps: { ok: boolean; text: string };
  steadySince: Moment;
  /** Encoders that wait for the place. */
  standby: number;
}

export type Verdict = "pass" | "look" | "bad";

export interface Check {
  id: string;
  verdict: Verdict;
  text: string;
  /** Where in OBS. */
  setting: string | null;
}

export type WayStep = "reached" | "address" | "introduced" | "opened" | "sent";

/** How far devices came in the last minutes. */
export interface Way {
  /** In their order; behind the first that nobody passed there is none that somebody did. */
  steps: { id: WayStep; passed: boolean }[];
  /** What to do. */
  text: string;
}

/** What goes on between the box and the devices that share. */
export interface Sharing {
  /** `password`: viewers need one, so nothing is shared. */
  switch: "on" | "off" | "password";
  torrents: number;
  swarms: number;
  /** Devices that share: with a page, with a program. */
  pages: number;
  programs: number;
  /** Connections with the box itself. */
  connected: number;
  /** bit/s */
  rate: number;
  /** Bytes since the box started. */
  total: number;
  stunPort: number;
  /** Where devices stop, while something is seeded and none is connected. */
  way: Way | null;
}

/** What is kept on the disk. */
export interface Archive {
  recording: boolean;
  rewind: boolean;
  since: Moment | null;
  /** Of recording at the present rate. */
  hoursLeft: number | null;
  warning: string | null;
  /** Bytes since the box started. */
  written: number;
  wear: { percent: number | null; writtenTotal: number | null };
}

export type CloudPhase = "idle" | "sending" | "waiting" | "paused" | "trouble";

/** What is sent to the cloud. */
export interface Cloud {
  state: CloudPhase;
  /** What waits to be sent. */
  backlogSeconds: number;
  backlogBytes: number;
  backlogObjects: number;
  /** bit/s */
  rate: number;
  /** Seconds that the cloud's live edge is behind the box's. */
  lag: number | null;
  error: string | null;
  /** Seconds. */
  retryIn: number | null;
  eventBytes: number;
  eventWrites: number;
  /** The box does not hear of them. */
  eventReads: number | null;
  /** US dollars for this event so far. */
  cost: number | null;
  /** Where people watch from the cloud. */
  watch: string | null;
}

export interface BoxHealth {
  /** 0 to 100. */
  cpu: number;
  cores: number;
  /** °C */
  temperature: number | null;
  throttled: string | null;
  memoryUsed: number;
  memoryTotal: number;
  diskFree: number;
  diskTotal: number;
  /** Of recording at the present rate. */
  hoursLeft: number | null;
  /** Seconds. */
  uptime: number;
  clock: { synchronised: boolean | null; text: string };
  warning: string | null;
}

export interface BoxState {
  now: Moment;
  lamp: Lamp;
  secondsLeft: number | null;
  onAirSince: Moment | null;
  title: string;
  input: Input | null;
  checks: Check[];
  viewers: { count: number; peak: number; pages: number; players: number };
  /** bit/s */
  egress: { rate: number; budget: number; link: number | null };
  sharing: Sharing;
  box: BoxHealth;
  /** Left out by a box that keeps nothing. */
  archive?: Archive | null;
  /** `null` without an account. */
  cloud?: Cloud | null;
}

/** Oldest first, one value each `step` milliseconds from `from` on; `null` where nothing is known. */
export interface History {
  from: Moment;
  step: number;
  bitRate: (number | null)[];
  viewers: (number | null)[];
  egress: (number | null)[];
  cpu: (number | null)[];
}

export type LiveMessage =
  | { type: "hello"; now: Moment; state: BoxState; history: History; journal: Entry[] }
  | { type: "state"; state: BoxState }
  | { type: "journal"; entry: Entry }
  | { type: "settings" }
  | { type: "signed-out" };
