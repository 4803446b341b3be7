/** Asks once before what viewers will notice. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { strings } from "../strings";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Notice } from "./Notice";

interface AskProps {
  title: string;
  children: ComponentChildren;
  /** Something to choose with it. */
  choice?: ComponentChildren;
  confirm: string;
  /** A refusal stays in the dialog, with its sentence. */
  act: () => Promise<void>;
  close: () => void;
}

export function Ask({ title, children, choice = null, confirm, act, close }: AskProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      close();
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : strings.failed);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} text={children} close={close}>
      {choice}
      {error ? (
        <Notice tone="bad" spoken title={strings.actions.failed}>
          {error}
        </Notice>
      ) : null}
      <div class="ask-buttons">
        <Button press={close}>{strings.cancel}</Button>
        <Button kind="ends" busy={busy} press={() => void go()}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
