/** A box on air, for tests. */
import type { Archive, BoxState, Cloud, Entry, History, Sharing } from "../api";

export const NOON = Date.UTC(2026, 10, 3, 12);

export function exampleState(over: Partial<BoxState> = {}): BoxState {
  return {
    now: NOON,
    lamp: "on-air",
    secondsLeft: null,
    onAirSince: NOON - 60_000,
    title: "Friday night",
    input: {
      encoder: "OBS 31.0",
      address: "10.0.4.12",
      key: "camera-1",
      testCard: false,
      connectedSince: NOON - 60_000,
      video: null,
      audio: null,
      bitRate: 6_000_000,
      targetBitRate: null,
      timestamps: { ok: true, text: "steady" },
      steadySince: NOON - 60_000,
      standby: 0,
    },
    checks: [],
    viewers: { count: 412, peak: 431, pages: 400, players: 12 },
    egress: { rate: 596_000_000, budget: 700_000_000, link: 1_000_000_000 },
    sharing: exampleSharing(),
    box: {
      cpu: 11,
      cores: 4,
      temperature: 54,
      throttled: null,
      memoryUsed: 400_000_000,
      memoryTotal: 8_000_000_000,
      diskFree: 1,
      diskTotal: 2,
      hoursLeft: 38,
      uptime: 60,
      clock: { synchronised: true, text: "in step" },
      warning: null,
    },
    archive: exampleArchive(),
    cloud: exampleCloud(),
    ...over,
  };
}

export function exampleSharing(over: Partial<Sharing> = {}): Sharing {
  return {
    switch: "on",
    torrents: 6,
    swarms: 7,
    pages: 12,
    programs: 3,
    connected: 9,
    rate: 42_000_000,
    total: 1_500_000_000,
    stunPort: 3478,
    way: null,
    ...over,
  };
}

export function exampleArchive(over: Partial<Archive> = {}): Archive {
  return {
    recording: true,
    rewind: true,
    since: NOON - 60_000,
    hoursLeft: 38,
    warning: null,
    written: 45_000_000,
    wear: { percent: 3, writtenTotal: 1_200_000_000_000 },
    ...over,
  };
}

export function exampleCloud(over: Partial<Cloud> = {}): Cloud {
  return {
    state: "sending",
    backlogSeconds: 4,
    backlogBytes: 3_000_000,
    backlogObjects: 2,
    rate: 6_000_000,
    lag: 4.6,
    error: null,
    retryIn: null,
    eventBytes: 45_000_000,
    eventWrites: 92,
    eventReads: null,
    cost: 0.0005,
    watch: "https://live.example.org/",
    ...over,
  };
}

export function exampleHistory(length: number): History {
  const values = Array.from({ length }, (_, index) => index);
  return {
    from: NOON - length * 5_000,
    step: 5_000,
    bitRate: [...values],
    viewers: [...values],
    egress: [...values],
    cpu: [...values],
  };
}

export function exampleEntry(id: number): Entry {
  return { id, at: NOON + id, level: "info", text: `Entry ${id}.`, more: null };
}
