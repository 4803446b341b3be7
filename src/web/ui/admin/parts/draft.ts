/** What is typed but not saved: one section of the settings while it is being changed. */
import { useEffect, useRef, useState } from "preact/hooks";

import type { SectionName, Sections } from "../api";
import type { Desk } from "../desk/desk";
import { Refusal } from "../desk/client";
import { strings } from "../strings";

export interface Draft<T> {
  value: T;
  /** As the box has it. */
  kept: T;
  change(part: Partial<T>): void;
  replace(value: T): void;
  dirty: boolean;
  busy: boolean;
  saved: boolean;
  /** The box's sentence, when it is about no field of this form. */
  error: string | null;
  /** The box's sentence about this field. */
  wrong(field: string): string | null;
  /** Whether it was taken; `value` in place of what is typed. */
  save(value?: T): Promise<boolean>;
}

/** `fields`: the names that this form shows, so that a sentence about another one is not lost. */
export function useDraft<Name extends SectionName>(
  desk: Desk,
  name: Name,
  fields: readonly string[],
): Draft<NonNullable<Sections[Name]>>;
export function useDraft<Name extends SectionName>(
  desk: Desk,
  name: Name,
  fields: readonly string[],
  empty: NonNullable<Sections[Name]>,
): Draft<NonNullable<Sections[Name]>>;
export function useDraft<Name extends SectionName>(
  desk: Desk,
  name: Name,
  fields: readonly string[],
  empty?: NonNullable<Sections[Name]>,
): Draft<NonNullable<Sections[Name]>> {
  type Value = NonNullable<Sections[Name]>;
  const stored = desk.settings.value?.[name];
  const kept = (stored?.value ?? empty) as Value;
  const [typed, setTyped] = useState<Value | null>(null);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const value = typed ?? kept;
  const latest = useRef(value);
  latest.current = value;
  // What somebody else has saved shows, unless something is typed here.
  useEffect(() => {
    if (typed !== null && same(typed, kept)) setTyped(null);
  }, [typed, kept]);
  const replace = (next: Value) => {
    setTyped(next);
    setSaved(false);
    setRefusal(null);
  };
  return {
    value,
    kept,
    change: (part) => replace({ ...latest.current, ...part }),
    replace,
    dirty: typed !== null && !same(typed, kept),
    busy,
    saved,
    error: refusal !== null && !(refusal.field !== null && fields.includes(refusal.field)) ? words(refusal) : null,
    wrong: (field) => (refusal?.field === field ? refusal.message : null),
    save: async (next = latest.current) => {
      setBusy(true);
      setRefusal(null);
      try {
        await desk.save(name, next);
        // What was typed meanwhile stays.
        setTyped((typed) => (typed !== null && same(typed, next) ? null : typed));
        setSaved(true);
        return true;
      } catch (error) {
        setRefusal(error instanceof Refusal ? error : new Refusal(0, strings.failed));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

function words(refusal: Refusal): string {
  return refusal.status === 409 ? `${refusal.message} ${strings.staleMore}` : refusal.message;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
