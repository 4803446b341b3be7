/** The browser's own dialog: it keeps the focus, gives it back, and closes by Escape or a click beside it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  title: string;
  /** What it is about, read out with the title. */
  text: ComponentChildren;
  kind?: "ask" | "try";
  children: ComponentChildren;
  close: () => void;
}

export function Dialog({ title, text, kind = "ask", children, close }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      class={kind === "ask" ? "ask" : `ask ${kind}`}
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
        <p class={kind === "ask" ? "ask-text" : "muted"} id={`${id}-text`}>
          {text}
        </p>
        {children}
      </div>
    </dialog>
  );
}
