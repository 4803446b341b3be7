/** The icons of this page. */
import alert from "lucide-static/icons/triangle-alert.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import cross from "lucide-static/icons/circle-x.svg?raw";
import cloud from "lucide-static/icons/cloud.svg?raw";
import dash from "lucide-static/icons/minus.svg?raw";
import disk from "lucide-static/icons/hard-drive.svg?raw";
import dots from "lucide-static/icons/ellipsis.svg?raw";
import down from "lucide-static/icons/chevron-down.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import eye from "lucide-static/icons/eye.svg?raw";
import hidden from "lucide-static/icons/eye-off.svg?raw";
import image from "lucide-static/icons/image.svg?raw";
import moon from "lucide-static/icons/moon.svg?raw";
import out from "lucide-static/icons/external-link.svg?raw";
import play from "lucide-static/icons/play.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import printer from "lucide-static/icons/printer.svg?raw";
import qr from "lucide-static/icons/qr-code.svg?raw";
import signOut from "lucide-static/icons/log-out.svg?raw";
import sun from "lucide-static/icons/sun.svg?raw";
import sending from "lucide-static/icons/cloud-upload.svg?raw";
import unplugged from "lucide-static/icons/unplug.svg?raw";

import { drawingOf, Glyph } from "../../shared/Glyph";

const ICONS = {
  alert: drawingOf(alert),
  check: drawingOf(check),
  cross: drawingOf(cross),
  cloud: drawingOf(cloud),
  dash: drawingOf(dash),
  disk: drawingOf(disk),
  dots: drawingOf(dots),
  down: drawingOf(down),
  download: drawingOf(download),
  eye: drawingOf(eye),
  hidden: drawingOf(hidden),
  image: drawingOf(image),
  moon: drawingOf(moon),
  out: drawingOf(out),
  play: drawingOf(play),
  plus: drawingOf(plus),
  printer: drawingOf(printer),
  qr: drawingOf(qr),
  sending: drawingOf(sending),
  signOut: drawingOf(signOut),
  sun: drawingOf(sun),
  unplugged: drawingOf(unplugged),
};

export type IconName = keyof typeof ICONS;

export function Icon({ name }: { name: IconName }) {
  return <Glyph drawing={ICONS[name]} />;
}
