/** Asks once before what viewers will notice. The browser's own dialog keeps the focus, and gives it back. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { strings } from "../strings";
import { Button } from "./Button";
import { Notice } from "./Notice";

interface AskProps {
  title: string;
  children: ComponentChildren;
  confirm: string;
  /** A refusal stays in the dialog, with its sentence. */
  act: () => Promise<void>;
  close: () => void;
}

export function Ask({ title, children, confirm, act, close }: AskProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
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
    <dialog
      class="ask"
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="ask-inside">
        <h2 class="ask-title" id={`${id}-title`}>
          {title}
        </h2>
        <p class="ask-text" id={`${id}-text`}>
          {children}
        </p>
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
      </div>
    </dialog>
  );
}
