/** The light build (no subtitles, no separate audio, no encryption) has the types of the whole. */
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
