/** Full screen and picture in picture, where the browser has them. */

/** iPhones know full screen for a video alone, under a name of their own. */
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

export function canFullScreen(video: PhoneVideo): boolean {
  return document.fullscreenEnabled || video.webkitEnterFullscreen !== undefined;
}

export async function toggleFullScreen(stage: HTMLElement, video: PhoneVideo): Promise<void> {
  try {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else if (document.fullscreenEnabled) await stage.requestFullscreen({ navigationUI: "hide" });
    else video.webkitEnterFullscreen?.();
  } catch {
    // Refused by the browser: the page stays as it is.
  }
}

export function canPictureInPicture(): boolean {
  return document.pictureInPictureEnabled === true;
}

export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  try {
    if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
  } catch {
    // Refused, or nothing plays yet.
  }
}
