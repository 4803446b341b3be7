/** Where the box is found, and through which of its connections. */
import type { Addresses, NetworkInterface } from "../api";
import { strings } from "../strings";
import { rate } from "../units";
import { CopyLine } from "./CopyLine";

const words = strings.network;

interface LinesProps {
  label: string;
  /** Best first. */
  lines: string[];
  /** The label stands above already. */
  quiet?: boolean;
}

export function Lines({ label, lines, quiet = false }: LinesProps) {
  if (lines.length === 0) return <p class="muted">{words.none}</p>;
  return (
    <div class="lines" role="group" aria-label={label}>
      {lines.map((line, index) => (
        <CopyLine key={line} label={index === 0 ? label : `${label} (${index + 1})`} text={line} quiet={quiet || index > 0} />
      ))}
    </div>
  );
}

export function Interfaces({ addresses }: { addresses: Addresses | null }) {
  const list = addresses?.interfaces ?? [];
  if (list.length === 0) return <p class="muted">{words.noInterfaces}</p>;
  return (
    <ul class="interfaces" aria-label={words.interfaces}>
      {list.map((each) => (
        <li class="interface" key={each.name}>
          <span class={`dot ${each.up ? "dot-ok" : "dot-off"}`} aria-hidden="true" />
          <span class="interface-name">{each.name}</span>
          <span class="interface-speed muted">{speed(each)}</span>
          <span class="interface-addresses mono">{each.addresses.join(", ") || words.noAddress}</span>
        </li>
      ))}
    </ul>
  );
}

function speed({ up, speed }: NetworkInterface): string {
  if (!up) return words.down;
  if (speed === null) return `${words.up}, ${words.noSpeed}`;
  const { value, unit } = rate(speed * 1e6);
  return `${words.up}, ${value.replace(/\.0+$/, "")} ${unit}`;
}
