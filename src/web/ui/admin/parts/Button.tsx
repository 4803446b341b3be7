/** What can be pressed. One button a screen is the first; red is only for what ends something. */
import type { ComponentChildren } from "preact";

import { Icon, type IconName } from "./Icon";

interface ButtonProps {
  children: ComponentChildren;
  press?: () => void;
  kind?: "first" | "plain" | "ends" | "link";
  icon?: IconName;
  submit?: boolean;
  busy?: boolean;
  disabled?: boolean;
  /** Where the words alone don't say what is meant. */
  label?: string;
  expanded?: boolean;
}

export function Button(props: ButtonProps) {
  const { children, press, kind = "plain", icon, submit = false, busy = false, disabled = false } = props;
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button button-${kind}`}
      // Disabled by name only: the focus stays where it is.
      aria-disabled={busy || disabled}
      aria-label={props.label}
      aria-expanded={props.expanded}
      onClick={(event) => {
        if (busy || disabled) event.preventDefault();
        else press?.();
      }}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}
