/** The icons of this page, each fetched by name so that the build holds no other. */
import fullScreen from "lucide-static/icons/maximize.svg?raw";
import leaveFullScreen from "lucide-static/icons/minimize.svg?raw";
import moon from "lucide-static/icons/moon.svg?raw";
import pause from "lucide-static/icons/pause.svg?raw";
import pictureInPicture from "lucide-static/icons/picture-in-picture-2.svg?raw";
import play from "lucide-static/icons/play.svg?raw";
import sun from "lucide-static/icons/sun.svg?raw";
import loud from "lucide-static/icons/volume-2.svg?raw";
import soft from "lucide-static/icons/volume-1.svg?raw";
import silent from "lucide-static/icons/volume-x.svg?raw";

const ICONS = {
  fullScreen: inside(fullScreen),
  leaveFullScreen: inside(leaveFullScreen),
  loud: inside(loud),
  moon: inside(moon),
  pause: inside(pause),
  pictureInPicture: inside(pictureInPicture),
  play: inside(play),
  silent: inside(silent),
  soft: inside(soft),
  sun: inside(sun),
};

export type IconName = keyof typeof ICONS;

/** Always beside a word or in a button with a label: by itself it says nothing to a screen reader. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      dangerouslySetInnerHTML={{ __html: ICONS[name] }}
    />
  );
}

/** The drawing within an `<svg>` file of our own build. */
function inside(file: string): string {
  return file.slice(file.indexOf(">", file.indexOf("<svg")) + 1, file.lastIndexOf("</svg>")).trim();
}
