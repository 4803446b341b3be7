/** One thing to fill in: label, field, hint, and what is wrong with it. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import { strings } from "../strings";
import { Icon } from "./Icon";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string | null;
  optional?: boolean;
}

interface TextFieldProps extends FieldProps {
  value: string;
  change: (value: string) => void;
  /** Which keyboard a phone shows. */
  keyboard?: "text" | "url" | "numeric";
  longest?: number;
  lines?: number;
  /** Stands right of a short field. */
  unit?: string;
  autocomplete?: string;
  placeholder?: string;
  required?: boolean;
  focus?: boolean;
  mono?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { value, change, keyboard = "text", longest, lines = 1, unit, mono = false } = props;
  return (
    <Labelled {...props}>
      {(ids) => {
        const shared = {
          ...ids,
          class: `field-input ${mono ? "mono" : ""}`,
          value,
          maxLength: longest,
          placeholder: props.placeholder,
          required: props.required ?? false,
          ref: (element: HTMLInputElement | HTMLTextAreaElement | null) => focusOnce(element, props.focus ?? false),
          onInput: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => change(event.currentTarget.value),
        };
        if (lines > 1) return <textarea {...shared} rows={lines} />;
        const input = (
          <input
            {...shared}
            type="text"
            inputMode={keyboard}
            autocomplete={props.autocomplete ?? "off"}
            spellcheck={false}
          />
        );
        if (unit === undefined) return input;
        return (
          <span class="field-with-unit">
            {input}
            <span class="field-unit">{unit}</span>
          </span>
        );
      }}
    </Labelled>
  );
}

interface NumberFieldProps extends FieldProps {
  value: number | null;
  /** `null`: the field is empty. */
  change: (value: number | null) => void;
  unit: string;
}

/** Whole numbers; what is no digit is not taken. */
export function NumberField({ value, change, ...rest }: NumberFieldProps) {
  // Where a number must stand, an empty field is kept as a zero.
  const empty = value === null || (value === 0 && !rest.optional);
  return (
    <TextField
      {...rest}
      keyboard="numeric"
      longest={6}
      value={empty ? "" : String(value)}
      change={(text) => {
        const digits = text.replace(/\D/g, "");
        change(digits === "" ? null : Number(digits));
      }}
    />
  );
}

interface PasswordFieldProps extends FieldProps {
  value: string;
  change: (value: string) => void;
  autocomplete: "current-password" | "new-password" | "off";
  placeholder?: string;
  focus?: boolean;
}

export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Labelled {...props}>
      {(ids) => (
        <span class="field-with-button">
          <input
            {...ids}
            class="field-input"
            {...(shown ? { type: "text" as const } : { type: "password" as const })}
            value={props.value}
            autocomplete={props.autocomplete}
            placeholder={props.placeholder}
            maxLength={128}
            spellcheck={false}
            ref={(element) => focusOnce(element, props.focus ?? false)}
            onInput={(event) => props.change(event.currentTarget.value)}
          />
          <button
            type="button"
            class="field-button"
            aria-label={`${shown ? strings.hide : strings.show}: ${props.label}`}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            <Icon name={shown ? "hidden" : "eye"} />
          </button>
        </span>
      )}
    </Labelled>
  );
}

interface SelectFieldProps extends FieldProps {
  value: string;
  change: (value: string) => void;
  options: { value: string; label: string }[];
}

export function SelectField(props: SelectFieldProps) {
  return (
    <Labelled {...props}>
      {(ids) => (
        <span class="field-select">
          <select
            {...ids}
            class="field-input"
            value={props.value}
            onChange={(event) => props.change(event.currentTarget.value)}
          >
            {props.options.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
          <Icon name="down" />
        </span>
      )}
    </Labelled>
  );
}

interface TickProps {
  label: string;
  hint?: string;
  ticked: boolean;
  change: (ticked: boolean) => void;
}

export function Tick({ label, hint, ticked, change }: TickProps) {
  const id = useId();
  return (
    <div class="tick">
      <input
        id={id}
        type="checkbox"
        checked={ticked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  change: (value: Value) => void;
  options: Record<Value, { title: string; more: string }>;
  /** The question stands above already. */
  quiet?: boolean;
}

/** One of a few, each with a sentence. */
export function Choice<Value extends string>({ label, value, change, options, quiet = false }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend class={quiet ? "for-ears" : "field-label"}>{label}</legend>
      {(Object.keys(options) as Value[]).map((option) => (
        <label class="choice-option" key={option}>
          <input
            type="radio"
            name={name}
            value={option}
            checked={option === value}
            onChange={() => change(option)}
          />
          <span class="choice-title">{options[option].title}</span>
          <span class="choice-more">{options[option].more}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface FieldIds {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

function Labelled({
  label,
  hint,
  error = null,
  optional = false,
  children,
}: FieldProps & { children: (ids: FieldIds) => ComponentChildren }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
        {optional ? <span class="field-optional"> · {strings.optional}</span> : null}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error !== null })}
      {error ? (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="alert" />
          {error}
        </p>
      ) : null}
      {hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

const focused = new WeakSet<Element>();

function focusOnce(element: HTMLElement | null, wanted: boolean): void {
  if (element === null || !wanted || focused.has(element)) return;
  focused.add(element);
  element.focus();
}
