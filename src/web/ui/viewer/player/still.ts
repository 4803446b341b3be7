/** The last picture, kept in sight while an engine is exchanged for another. */
export class Still {
  constructor(private readonly canvas: HTMLCanvasElement) {}

  take(video: HTMLVideoElement): void {
    if (video.videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.canvas.width = video.videoWidth;
    this.canvas.height = video.videoHeight;
    this.canvas.getContext("2d")?.drawImage(video, 0, 0);
    this.canvas.hidden = false;
  }

  drop(): void {
    this.canvas.hidden = true;
  }
}
