/** What changes the show at once. Each asks once, in a sentence that says what viewers will see. */
import { useEffect, useRef, useState } from "preact/hooks";

import type { Desk } from "../desk/desk";
import { Ask } from "../parts/Ask";
import { Button } from "../parts/Button";
import { strings } from "../strings";

type Action = "disconnect" | "release" | "end";

const ACTIONS: Record<Action, { path: string; words: { title: string; text: string; confirm: string } }> = {
  disconnect: { path: "encoder/disconnect", words: strings.actions.askDisconnect },
  release: { path: "encoder/release", words: strings.actions.askRelease },
  end: { path: "event/end", words: strings.actions.askEnd },
};

export function Actions({ desk }: { desk: Desk }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const lamp = desk.lamp.value;
  const on = lamp === "on-air" || lamp === "holding";
  const encoder = desk.state.value?.input ?? null;
  const connected = lamp !== "unknown" && encoder !== null && !encoder.testCard;
  return (
    <div class="actions">
      <EncoderMenu enabled={connected} choose={setAsked} />
      <Button kind="ends" disabled={!on} press={() => setAsked("end")}>
        {strings.actions.end}
      </Button>
      {asked === null ? null : (
        <Ask
          title={ACTIONS[asked].words.title}
          confirm={ACTIONS[asked].words.confirm}
          act={() => desk.ask("POST", ACTIONS[asked].path)}
          close={() => setAsked(null)}
        >
          {ACTIONS[asked].words.text}
        </Ask>
      )}
    </div>
  );
}

function EncoderMenu({ enabled, choose }: { enabled: boolean; choose: (action: Action) => void }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      place.current?.querySelector("button")?.focus();
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
      removeEventListener("keydown", onKey);
    };
  }, [open]);
  const pick = (action: Action) => {
    // The dialog gives the focus back to what had it: that must still be there.
    place.current?.querySelector("button")?.focus();
    setOpen(false);
    choose(action);
  };
  return (
    <div class="menu" ref={place}>
      <Button disabled={!enabled} expanded={open} press={() => setOpen(!open)}>
        {strings.actions.encoder}
      </Button>
      {open && enabled ? (
        <div class="menu-list">
          <button type="button" class="menu-item" onClick={() => pick("disconnect")}>
            {strings.actions.disconnect}
          </button>
          <button type="button" class="menu-item" onClick={() => pick("release")}>
            {strings.actions.release}
          </button>
        </div>
      ) : null}
    </div>
  );
}
