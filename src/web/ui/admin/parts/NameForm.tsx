/** A form that gives something its name, and maybe a little more: made anew, or changed in place. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Refusal } from "../desk/client";
import { strings } from "../strings";
import { Button } from "./Button";
import { TextField } from "./Field";
import { Notice } from "./Notice";

interface NameFormProps {
  label: string;
  name: string;
  /** What the box calls the name when it refuses it. */
  field: string;
  longest: number;
  hint?: string;
  /** On the button. */
  save?: string;
  submit: (name: string) => Promise<void>;
  cancel: () => void;
  children?: ComponentChildren;
}

export function NameForm(props: NameFormProps) {
  const { label, name, field, longest, hint, save = strings.save, submit, cancel, children = null } = props;
  const [typed, setTyped] = useState(name);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const go = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await submit(typed.trim());
    } catch (error) {
      setRefusal(error instanceof Refusal ? error : new Refusal(0, strings.failed));
      setBusy(false);
    }
  };
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && typed.trim() !== "") void go();
      }}
    >
      <TextField
        label={label}
        value={typed}
        change={setTyped}
        longest={longest}
        {...(hint === undefined ? {} : { hint })}
        error={refusal?.field === field ? refusal.message : null}
        focus
      />
      {children}
      {refusal !== null && refusal.field !== field ? (
        <Notice tone="bad" spoken>
          {refusal.message}
        </Notice>
      ) : null}
      <div class="form-end">
        <Button submit kind="first" busy={busy} disabled={typed.trim() === ""}>
          {save}
        </Button>
        <Button press={cancel}>{strings.cancel}</Button>
      </div>
    </form>
  );
}
