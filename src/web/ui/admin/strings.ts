/** Every word that the operator can see or hear, in one place so that it can be translated. */
import type { Lamp, Latency, Scope, Takeover, Verdict } from "./api";
import type { Strength } from "./strength";

export const strings = {
  product: "venuebox",
  loading: "One moment…",
  unreachable: "The box can't be reached.",
  unreachableMore: "Is it switched on, and is this device in its network? Trying again…",
  save: "Save",
  saving: "Saving…",
  saved: "Saved.",
  unsaved: "Not saved yet.",
  cancel: "Cancel",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "Could not copy; select it and copy by hand.",
  show: "Show",
  hide: "Hide",
  optional: "optional",
  skipToContent: "Skip to the content",
  staleMore: "Save again to put yours in its place.",
  failed: "That did not work.",

  nav: {
    label: "Sections",
    live: "Live",
    page: "Page",
    keys: "Keys",
    network: "Network",
    settings: "Settings",
    signOut: "Sign out",
    lightTheme: "Light colours",
    darkTheme: "Dark colours",
  },

  lamp: {
    "on-air": "On air",
    holding: "Holding",
    standby: "Standby",
    offline: "Offline",
    "not-claimed": "Not claimed",
    unknown: "No connection",
  } satisfies Record<Lamp | "unknown", string>,
  onAirFor: "Time on air",

  lost: {
    sentence: "No connection to the box",
    more: "The figures below are from then. Trying again…",
    again: "Trying again…",
    heard: "The connection to the box is lost.",
    back: "Connected to the box again.",
  },

  claim: {
    title: "This box is yours to claim",
    lead: "Choose the password that opens this page from now on. There is no other way in, so keep it well.",
    password: "New password",
    again: "The same once more",
    code: "Claim code",
    codeMore:
      "It is on the box's own screen, in its log, and in the file claim-code.txt on its memory card. It proves that you can reach the box itself.",
    submit: "Claim this box",
    different: "The two are not the same.",
    strength: {
      empty: "At least 10 characters; a few words in a row are easy to keep.",
      short: "Too short: at least 10 characters.",
      plain: "Long enough, but easy to guess.",
      good: "Good.",
      strong: "Strong.",
    } satisfies Record<Strength, string>,
  },

  signIn: {
    title: "Sign in",
    password: "Password",
    submit: "Sign in",
    signedOut: "You are signed out.",
    ended: "Your session has ended. Please sign in again.",
    forgotten: "Password forgotten?",
    forgottenMore:
      "Nobody can read it back. Whoever holds the box can begin anew: put an empty data folder or a fresh card into it, and claim it again.",
  },

  setup: {
    title: "Set-up",
    progress: "Progress of the set-up",
    back: "Back",
    next: "Next",
    skip: "Skip for now",
    later: "Finish later",
    unfinished: "The set-up is not finished.",
    goOn: "Go on with it",
    name: {
      title: "What is this box called?",
      lead: "The name stands at the top of this page. The room it is in makes a good one.",
      label: "Name",
      example: "Main hall",
    },
    zone: {
      title: "Where is it?",
      lead: "Times on this page are shown by the venue's clock.",
      label: "Time zone",
      hint: "Type to search, for example “Lisbon”.",
      unknown: "No time zone is called that.",
      now: "It is now",
    },
    network: {
      title: "Its place in your network",
      lead: "People in the same network watch at this address. You can print it later as a poster.",
      fixed: "These come from your network. Give the box a fixed address in your router, so that posters stay right.",
    },
    obs: {
      title: "Connect OBS",
      lead: ["In OBS open ", "Settings → Stream", ", choose ", "Custom…", " and paste these two lines."],
      server: "Server",
      key: "Stream key",
      other: "If that address does not work on your laptop, use ",
      qr: "Both as a QR code",
      qrLabel: "QR code with the server and the stream key",
      waiting: "Waiting for OBS…",
      waitingMore: "Press Start Streaming. The picture shows here as soon as it arrives.",
      testCard: "The test card is on.",
      testCardMore: "It makes way as soon as OBS connects.",
      connected: "The picture is here.",
      skip: "Without OBS there is nothing to see yet. You find both lines again under Keys.",
      keyName: "Main",
    },
    stream: {
      title: "Near or calm?",
      lead: "How far behind the camera people watch. Nearer is livelier, further rides over a bad Wi-Fi.",
    },
    cloud: {
      title: "Cloud storage",
      lead: "Keeps a copy outside of the house, and shows it to people who are not in your network.",
      later: "Copying comes with a later version. Your entries are kept, and nothing is sent yet.",
      skip: "Without it people watch in your network only. You can add it under Settings.",
    },
    page: {
      title: "What do people read?",
      lead: "It stands below the picture on their page.",
      skip: "Then the page says “Live” and no more.",
    },
    poster: {
      title: "A picture for the time before",
      lead: "People see it while nothing is on, before and after the event.",
      skip: "Then they see a drawing of an empty stage.",
    },
    done: {
      title: "Your box is ready",
      lead: "Print the poster, hang it at the door, and press Start Streaming in OBS.",
      poster: "Open the poster",
      finish: "To the dashboard",
      watch: "People watch at",
    },
  },

  live: {
    title: "Live",
    preview: "What viewers see",
    behind: "behind the camera",
    noConnection: "No connection",
    notReady: "Not ready yet",
    notReadyMore: "There is no stream key, or no network: OBS can't reach this box.",
    nothingOn: "Nothing is on",
    nothingOnMore: "Start streaming in OBS; the event begins by itself.",
    pictureComes: "The picture comes…",
    pictureLost: "The picture can't be shown here.",
    pictureLocked: "Viewers need a password, and so does this picture.",
    unlock: "Type it once on their page",
    holdingSign: "Viewers see “Back in a moment”",
    getKey: "Where does OBS send to?",

    input: "Input",
    encoderGone: "The encoder is gone.",
    encoderGoneMore: "Viewers see “Back in a moment” and go on by themselves when it returns.",
    noEncoder: "No encoder is connected.",
    noEncoderMore: "When OBS connects, what it sends is described here.",
    testCard: "Test card",
    testCardMore: "made by the box, not by an encoder",
    steady: "steady for",
    unsteady: "unsteady",
    bitRate: "Bit rate",
    framesOf: "frames/s",
    keyframes: "keyframe every",
    timestamps: "Timestamps",
    encoder: "Encoder",
    unknownEncoder: "unknown",
    picture: "Picture",
    sound: "Sound",
    noSound: "none",
    noPicture: "none",
    key: "Stream key",

    viewers: "Viewers",
    peak: "peak",
    watchingHere: "on this box's page",
    watchingElsewhere: "in players of their own",

    delivery: "Delivery",
    port: "Network port",
    portFull: "The port is near its budget. Lower the bit rate in OBS, or raise the budget under Settings.",
    link: "The link itself carries",

    checks: "Before you rely on it",
    noChecks: "Checked as soon as an encoder connects.",
    verdict: { pass: "Good", look: "Look", bad: "Trouble" } satisfies Record<Verdict, string>,

    box: "This box",
    processor: "Processor",
    temperature: "Temperature",
    memory: "Memory",
    storage: "Storage",
    recording: "Recording space",
    clock: "Clock",
    uptime: "Running for",
    left: "left",
    free: "free",

    journal: "What happened",
    noEntries: "Nothing yet.",
    olderEntries: "Show older ones",
    level: { info: "", good: "Good", warn: "Look", bad: "Trouble" },

    lastHour: "last hour",
    now: "now",
    noValue: "no value",
    graphKeys: "Arrow keys read the values.",
    graphEmpty: "No values yet.",
  },

  actions: {
    encoder: "Encoder…",
    disconnect: "Disconnect encoder",
    release: "Release slot",
    end: "End event…",
    failed: "The box did not do it:",
    askDisconnect: {
      title: "Disconnect the encoder?",
      text: "Its connection is cut now. Viewers see “Back in a moment” until it comes back; most encoders do so by themselves within seconds.",
      confirm: "Disconnect encoder",
    },
    askRelease: {
      title: "Give its place to another encoder?",
      text: "The encoder is dropped and kept away for 30 seconds, so that another one can take over. Viewers see “Back in a moment” until then.",
      confirm: "Release slot",
    },
    askEnd: {
      title: "End the event?",
      text: "Viewers see what is left and then “The event is over”. This can't be undone. The encoder is sent away; for a new event start it again after a moment.",
      confirm: "End event",
    },
  },

  page: {
    title: "Page",
    words: "What people read",
    eventTitle: "Title",
    eventTitleHint: "Up to 80 characters.",
    welcome: "Welcome text",
    welcomeHint: "Below the picture. Line breaks are kept.",
    offline: "While nothing is on",
    offlineHint: "For example when it begins: “Doors 19:00, music 20:00”.",
    accent: "Colour",
    accentHint: "For what people press on their page. It must be readable on dark and light.",
    accentOwn: "A colour of our own",
    accentPick: "Colour",
    picture: "Poster picture",
    pictureHint: "JPEG, PNG or WebP, up to 8 MB; wide ones fit best. People see it while nothing is on.",
    choosePicture: "Choose a picture…",
    changePicture: "Change the picture…",
    removePicture: "Remove",
    noPicture: "No picture yet: people see a drawing of an empty stage.",
    pictureAlt: "Your poster picture",
    pictureTooLarge: "This file has more than 8 MB. Please choose a smaller one.",
    pictureWrong: "Please choose a JPEG, PNG or WebP file.",
    pictureSaved: "The picture is on the page.",
    pictureGone: "The picture is removed.",
    askRemove: {
      title: "Remove the poster picture?",
      text: "Viewers see a drawing of an empty stage while nothing is on.",
      confirm: "Remove",
    },
    uploading: "Sending…",
    viewers: "Who may watch",
    protect: "Viewers need a password",
    protectHint: "Whoever watches already must type it too as soon as it is saved.",
    password: "Password for viewers",
    passwordKept: "A password is set. Type another one to change it.",
    qrPoster: "QR poster",
    qrPosterMore: "A sheet for the door: the address, a code for phones, and the Wi-Fi if you like.",
    openPoster: "Open the poster",
    watchPage: "Look at the page",
  },

  poster: {
    title: "Poster",
    print: "Print",
    back: "Page",
    lead: "A sheet of A4 for the door. What you type shows at once.",
    heading: "Heading",
    text: "Text",
    address: "Address",
    showWifi: "Show how to join the Wi-Fi",
    wifiName: "Wi-Fi name",
    wifiPassword: "Wi-Fi password",
    wifiHint: "It is printed for everyone to read. Empty for an open network.",
    defaultHeading: "Watch live",
    scan: "Scan to watch",
    orType: "or type into your browser",
    join: "First join the Wi-Fi",
    wifiOpen: "no password",
    password: "Password",
    sheet: "The poster",
    qrLabel: "QR code of the address",
    wifiLabel: "QR code that joins the Wi-Fi",
  },

  keys: {
    title: "Stream keys",
    lead: "Each encoder gets a key of its own. Whoever has a key can be on air, so treat it like a password.",
    add: "New key",
    name: "Name",
    nameHint: "Where it is used: “Camera 1”, “Laptop at the desk”.",
    rule: "If another encoder is on air already",
    none: "There is no key yet, so no encoder can connect.",
    live: "on air",
    used: "Last used",
    neverUsed: "Never used.",
    showKey: "Show key",
    hideKey: "Hide key",
    edit: "Change",
    revoke: "Revoke…",
    made: "The key is made. Copy it into OBS.",
    askRevoke: {
      text: "No encoder can connect with it any more.",
      live: "The encoder that is on air with it is dropped now: viewers see “Back in a moment”, and the event ends if nothing else comes.",
      confirm: "Revoke key",
    },
    takeover: {
      reject: { title: "It waits outside", more: "This key is turned away while another encoder is on air." },
      replace: { title: "It takes over", more: "This key puts the other encoder off and goes on air itself." },
      standby: { title: "It stands by", more: "This key waits, and goes on air when the other encoder leaves." },
    } satisfies Record<Takeover, { title: string; more: string }>,
  },

  network: {
    title: "Network",
    watch: "Where people watch",
    server: "Where OBS sends to",
    interfaces: "Connections",
    noInterfaces: "No network connection is up.",
    noAddress: "no address",
    up: "connected",
    down: "not connected",
    noSpeed: "speed unknown",
    none: "There is no address yet. Is a cable plugged in?",
    fixed:
      "The box takes what your network gives it. To keep its address, reserve it in your router; to change it, use the system that runs the box.",
    budget: "How much of the link the box may use is set under",
  },

  settings: {
    title: "Settings",
    box: "This box",
    name: "Name",
    timeZone: "Time zone",
    budget: "Network budget",
    budgetHint: "The most that the box sends, in Mbit/s. Empty: 70 % of what the link carries.",
    unit: "Mbit/s",
    stream: "Picture and delay",
    latency: "How far behind the camera",
    latencies: {
      low: { title: "Near", more: "About 2 seconds behind. For a good network, and when people see the stage too." },
      balanced: { title: "Balanced", more: "About 4 seconds behind. Rides over most hiccups of a Wi-Fi." },
      steady: { title: "Calm", more: "About 8 seconds behind. For a full house on a weak Wi-Fi." },
    } satisfies Record<Latency, { title: string; more: string }>,
    grace: "When the encoder is gone",
    graceHint: "So many seconds the event waits for it, before it ends by itself (10 to 3600).",
    seconds: "seconds",
    cloud: "Cloud storage",
    cloudKind: "Kind of storage",
    cloudR2: "Cloudflare R2",
    cloudOther: "Another S3 storage",
    accountId: "Account ID",
    jurisdiction: "Jurisdiction",
    jurisdictions: { "": "none", eu: "European Union (eu)", fedramp: "FedRAMP (fedramp)" },
    endpoint: "Endpoint",
    endpointHint: "For example https://s3.example.org",
    bucket: "Bucket",
    accessKeyId: "Access key ID",
    secretAccessKey: "Secret access key",
    secretKept: "It is kept. Type another one to change it.",
    publicUrl: "Public address",
    publicUrlHint: "Where people can fetch what is in the bucket.",
    prefix: "Folder in the bucket",
    prefixHint: "Usually live/",
    forgetCloud: "Forget these",
    askForget: {
      title: "Forget the cloud storage?",
      text: "The entries are removed from this box. Nothing in the bucket changes, and viewers notice nothing.",
      confirm: "Forget",
    },
    password: "Password",
    current: "Present password",
    next: "New password",
    again: "The new one once more",
    change: "Change password",
    changed: "The password is changed. Other devices must sign in again.",
    sessions: "Signed-in devices",
    everywhere: "Sign out everywhere…",
    askEverywhere: {
      title: "Sign out everywhere?",
      text: "Every device must sign in again, this one too. The stream and its viewers notice nothing.",
      confirm: "Sign out everywhere",
    },
    tokens: "Access for scripts",
    tokensMore: "A token lets a program speak with this box. It is sent as “Authorization: Bearer …”.",
    noTokens: "There is none.",
    newToken: "New token",
    tokenName: "What for",
    scopes: "It may",
    scope: {
      read: "read what is going on",
      control: "end the event, drop the encoder",
      settings: "change settings and keys",
    } satisfies Record<Scope, string>,
    makeToken: "Make token",
    tokenMade: "Copy it now: it is shown only this once.",
    revoke: "Revoke…",
    askToken: {
      text: "Programs that use it are refused from now on. The stream and its viewers notice nothing.",
      confirm: "Revoke token",
    },
    created: "made",
    used: "last used",
    neverUsed: "never used",
    about: "About",
    version: "Version",
    setUpAgain: "Go through the set-up again",
  },
};

/** `Step 5 of 9` */
export function stepOf(step: number, of: number): string {
  return `Step ${step} of ${of}`;
}

/** `Please wait 12 s` */
export function waitFor(seconds: number): string {
  return `Please wait ${seconds} s`;
}

/** `1:45 left` */
export function left(clock: string): string {
  return `${clock} left`;
}

/** `No connection to the box since 20:31:07.` */
export function lostSince(time: string): string {
  return `${strings.lost.sentence} since ${time}.`;
}

/** Of an event that is held. */
export function endsIn(clock: string): string {
  return `The event ends in ${clock} if it stays away.`;
}

/** `Revoke “Camera 1”?` */
export function revokeTitle(name: string): string {
  return `Revoke “${name}”?`;
}

/** `60 of 60 frames/s` */
export function frames(actual: string | null, target: string | null): string | null {
  if (actual === null) return null;
  return `${target === null ? actual : `${actual} of ${target}`} ${strings.live.framesOf}`;
}

/** `and 2 more wait` */
export function standby(count: number): string | null {
  if (count === 0) return null;
  return count === 1 ? "a second encoder waits" : `${count} more encoders wait`;
}

/** The claim without a code ends after a quarter of an hour. */
export function claimEnds(minutes: number): string {
  return minutes <= 1
    ? "For one more minute it can be claimed without a code."
    : `For another ${minutes} minutes it can be claimed without a code.`;
}

/** What a screen reader hears of a graph. */
export function graphSummary(lowest: string, highest: string, now: string | null): string {
  return `Lowest ${lowest}, highest ${highest}, now ${now ?? strings.live.noValue}. ${strings.live.graphKeys}`;
}

/** `6.0 Mbit/s at 20:31` */
export function graphValue(value: string | null, time: string): string {
  return `${value ?? strings.live.noValue} at ${time}`;
}
