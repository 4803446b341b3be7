/** A time zone out of some four hundred, found by typing. */
import { useId, useMemo, useState } from "preact/hooks";

import { strings } from "../strings";

interface ZoneFieldProps {
  value: string;
  change: (zone: string) => void;
  error?: string | null;
}

/** More matches are not listed: type further. */
const MOST = 60;

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function ZoneField({ value, change, error = null }: ZoneFieldProps) {
  const id = useId();
  const { zone: words } = strings.setup;
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const all = useMemo(() => timeZones(value), [value]);
  const matches = useMemo(() => (typed === null ? [] : search(all, typed)), [all, typed]);
  const open = typed !== null;
  const choose = (zone: string | undefined) => {
    if (zone !== undefined) change(zone);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!open) return setTyped("");
      const next = active + (key === "ArrowDown" ? 1 : -1);
      setActive(Math.min(matches.length - 1, Math.max(0, next)));
    } else if (key === "Enter" && open) {
      event.preventDefault();
      choose(matches[active]);
    } else if (key === "Escape" && open) {
      event.stopPropagation();
      setTyped(null);
    }
  };
  return (
    <div class="field zone">
      <label class="field-label" for={id}>
        {words.label}
      </label>
      <input
        id={id}
        class="field-input"
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && matches.length > 0 ? `${id}-${active}` : undefined}
        aria-describedby={`${id}-hint`}
        aria-invalid={error !== null}
        autocomplete="off"
        spellcheck={false}
        value={typed ?? named(value)}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={() => setTyped(null)}
        onKeyDown={onKeyDown}
      />
      <ul class="zone-list" id={`${id}-list`} role="listbox" aria-label={words.label} hidden={!open || matches.length === 0}>
        {matches.map((zone, index) => (
          <li
            key={zone}
            id={`${id}-${index}`}
            role="option"
            class="zone-option"
            aria-selected={index === active}
            ref={(element) => {
              if (index === active && open) element?.scrollIntoView({ block: "nearest" });
            }}
            // Before the field loses its focus and closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              choose(zone);
            }}
          >
            {named(zone)}
          </li>
        ))}
      </ul>
      <p class={error ? "field-error" : "field-hint"} id={`${id}-hint`} role="status">
        {error ?? (open && matches.length === 0 ? words.unknown : words.hint)}
      </p>
    </div>
  );
}

function timeZones(own: string): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return [...new Set(["UTC", own, ownTimeZone(), ...known])].sort();
}

function search(zones: string[], typed: string): string[] {
  const words = typed.toLowerCase().split(/[\s/_]+/).filter(Boolean);
  const matches = zones.filter((zone) => {
    const name = named(zone).toLowerCase();
    return words.every((word) => name.includes(word));
  });
  return matches.slice(0, MOST);
}

function named(zone: string): string {
  return zone.replaceAll("_", " ");
}
