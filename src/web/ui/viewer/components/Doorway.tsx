/** The page before it opens, where the operator wants a password. */
import { useState } from "preact/hooks";

import { strings } from "../../shared/strings";
import type { Door } from "../door";
import { StageDrawing } from "./StageDrawing";

const words = strings.door;

export function Doorway({ door }: { door: Door }) {
  const [password, setPassword] = useState("");
  const error = door.error.value;
  return (
    <section class="doorway poster-quiet">
      <StageDrawing />
      <form
        class="doorway-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (password !== "" && !door.busy.value) void door.give(password);
        }}
      >
        <h1 class="doorway-title">{words.title}</h1>
        <p class="doorway-lead">{words.lead}</p>
        <label class="doorway-label" for="password">
          {words.password}
        </label>
        <div class="doorway-line">
          <input
            id="password"
            class="doorway-input"
            type="password"
            autocomplete="current-password"
            maxLength={128}
            value={password}
            aria-invalid={error !== null}
            aria-describedby="password-error"
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          <button class="doorway-button" type="submit" aria-disabled={password === "" || door.busy.value}>
            {words.submit}
          </button>
        </div>
        <p class="doorway-error" id="password-error" role="alert">
          {error}
        </p>
      </form>
    </section>
  );
}
