/** A link within this page: the browser's own address and history, without loading anything anew. */
import type { ComponentChildren } from "preact";

import type { Desk } from "../desk/desk";
import { pathOf, type Screen } from "../route";

interface LinkProps {
  desk: Desk;
  to: Screen;
  class?: string;
  current?: boolean;
  children: ComponentChildren;
}

export function Link({ desk, to, class: extra = "", current = false, children }: LinkProps) {
  return (
    <a
      class={extra}
      href={pathOf(to)}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        desk.go(to);
      }}
    >
      {children}
    </a>
  );
}
