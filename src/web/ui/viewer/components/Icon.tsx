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

import { drawingOf, Glyph } from "../../shared/Glyph";

const ICONS = {
  fullScreen: drawingOf(fullScreen),
  leaveFullScreen: drawingOf(leaveFullScreen),
  loud: drawingOf(loud),
  moon: drawingOf(moon),
  pause: drawingOf(pause),
  pictureInPicture: drawingOf(pictureInPicture),
  play: drawingOf(play),
  silent: drawingOf(silent),
  soft: drawingOf(soft),
  sun: drawingOf(sun),
};

export type IconName = keyof typeof ICONS;

export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return <Glyph drawing={ICONS[name]} filled={filled} />;
}
