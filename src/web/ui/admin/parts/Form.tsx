/** A form that saves one section, with what came of it beside its button. */
import type { ComponentChildren } from "preact";

import { strings } from "../strings";
import { Button } from "./Button";
import { Icon } from "./Icon";
import { Notice } from "./Notice";

interface FormProps {
  dirty: boolean;
  busy: boolean;
  saved: boolean;
  error: string | null;
  submit: () => void;
  label?: string;
  children: ComponentChildren;
  /** Beside the button. */
  aside?: ComponentChildren;
}

export function Form({ dirty, busy, saved, error, submit, label = strings.save, children, aside = null }: FormProps) {
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) submit();
      }}
    >
      {children}
      {error ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      <div class="form-end">
        <Button submit kind="first" busy={busy} disabled={!dirty}>
          {busy ? strings.saving : label}
        </Button>
        {aside}
        <p class="form-said" role="status">
          {saved && !dirty ? (
            <>
              <Icon name="check" />
              {strings.saved}
            </>
          ) : dirty ? (
            strings.unsaved
          ) : (
            ""
          )}
        </p>
      </div>
    </form>
  );
}
