/** Runs in every page before its own code: looks at its video ten times a second and remembers how long it stood. */
(() => {
  const LOOK_EVERY = 100;
  let position = null;
  let movedAt = performance.now();
  let longest = 0;

  const look = () => {
    const video = document.querySelector("video");
    const now = performance.now();
    if (video === null) return null;
    if (position === null || Math.abs(video.currentTime - position) > 0.001) {
      position = video.currentTime;
      movedAt = now;
    }
    longest = Math.max(longest, now - movedAt);
    return video;
  };
  setInterval(look, LOOK_EVERY);

  /** What the player says of itself; `stood` is the longest standstill since the last report, seconds. */
  window.report = () => {
    const video = look();
    if (video === null) return null;
    const { currentTime, paused, muted, readyState, videoWidth, videoHeight, error } = video;
    const stats = window.venuebox?.stats();
    const stood = longest / 1000;
    longest = 0;
    return {
      time: currentTime,
      paused,
      muted,
      readyState,
      decodedFrames: video.getVideoPlaybackQuality().totalVideoFrames,
      audioBytes: video.webkitAudioDecodedByteCount,
      error: error ? `${error.code}: ${error.message}` : (window.player?.error ?? null),
      latency: stats?.latency ?? window.player?.latency?.() ?? null,
      width: videoWidth,
      height: videoHeight,
      stood,
    };
  };
})();
