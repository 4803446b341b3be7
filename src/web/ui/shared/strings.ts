import { clock } from "./format";

/** Every word that a viewer can see or hear, in one place so that it can be translated. */
export const strings = {
  title: "Live",
  tapForSound: "Tap for sound",
  tapToPlay: "Tap to play",
  play: "Play",
  pause: "Pause",
  mute: "Turn the sound off",
  unmute: "Turn the sound on",
  volume: "Volume",
  live: "Live",
  liveHint: "You are watching live",
  goToLive: "Go to live",
  pictureInPicture: "Picture in picture",
  fullScreen: "Full screen",
  leaveFullScreen: "Leave full screen",
  lightTheme: "Light colours",
  darkTheme: "Dark colours",
  player: "Live picture",
  controls: "Player controls",
  buffering: "One moment…",
  behind: "behind",
  rewind: "Go back in what is live",
  position: "Place in the recording",
  watchAgain: "Watch again",

  waiting: "Nothing is on yet.",
  waitingMore: "This page starts by itself when the stream does.",
  starting: "Here it comes…",
  holding: "Back in a moment",
  ended: "The event is over.",
  endedMore: "Thank you for watching.",
  unreachable: "The box can't be reached.",
  unreachableMore: "Trying again…",
  reconnecting: "Reconnecting…",
  unsupported: "This browser can't show the picture.",
  unsupportedMore: "Please try a newer one.",
  missing: "This recording is not here.",
  missingMore: "It may have been deleted.",
  away: "The stream can't be reached.",
  fromCloud: "The box does not answer. The picture comes from the cloud until it does, a little later than before.",
  recording: "Recording",
  past: "Recordings",
  pastMore: "More recordings",
  toLive: "To the live page",
  showAll: "Show all",

  door: {
    title: "This stream has a password",
    lead: "Whoever invited you can tell it to you.",
    password: "Password",
    submit: "Watch",
    wrong: "That is not the password.",
  },

  heard: {
    live: "The stream is live.",
    holding: "The picture is away. Back in a moment.",
    reconnected: "Connected again.",
    recording: "The recording plays.",
  },
  tab: {
    waiting: "Starting soon",
    live: "● Live",
    holding: "● Back in a moment",
    ended: "Over",
    unreachable: "No connection",
  },
};

/** `1.9 s`, and `12:30` of who went back. */
export function seconds(value: number): string {
  return value < 60 ? `${value.toFixed(1)} s` : clock(value);
}

/** `12:30 behind` */
export function behindLive(value: number): string {
  return value < 1 ? strings.live : `${clock(value)} ${strings.behind}`;
}

/** `12:30 of 1:02:03` */
export function placeOf(position: string, length: string): string {
  return `${position} of ${length}`;
}

/** `waits 1:45 more` under "Back in a moment". */
export function waitsMore(clock: string): string {
  return `The event waits another ${clock}.`;
}

/** Too many passwords were tried. */
export function tryAgainIn(seconds: number): string {
  return `Too many tries. Please wait ${seconds} s and try again.`;
}

/** `412 watching` */
export function watching(viewers: number): string {
  return `${viewers.toLocaleString("en")} watching`;
}
