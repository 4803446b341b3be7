/** What viewers read and see, and who may watch. */
import { useEffect, useState } from "preact/hooks";

import { KEPT } from "../api";
import type { Desk } from "../desk/desk";
import { Card } from "../parts/Card";
import { useDraft } from "../parts/draft";
import { PasswordField, TextField, Tick } from "../parts/Field";
import { Form } from "../parts/Form";
import { Icon } from "../parts/Icon";
import { Link } from "../parts/Link";
import { PosterPicture } from "../parts/PosterPicture";
import { strings } from "../strings";

const words = strings.page;
/** Where a colour of one's own begins. */
const FIRST_COLOUR = "#1f5eff";

export function PageScreen({ desk }: { desk: Desk }) {
  return (
    <>
      <div class="title-line">
        <h1 class="title">{words.title}</h1>
        <a class="button button-plain" href="/" target="_blank" rel="noopener">
          <Icon name="out" />
          {words.watchPage}
        </a>
      </div>
      <div class="sheets">
        <div class="sheets-column">
          <WordsCard desk={desk} />
        </div>
        <div class="sheets-column">
          <Card title={words.picture}>
            <PosterPicture desk={desk} />
          </Card>
          <ViewersCard desk={desk} />
          <Card title={words.qrPoster}>
            <p class="muted">{words.qrPosterMore}</p>
            <div class="form-end">
              <Link desk={desk} to="poster" class="button button-plain">
                <Icon name="qr" />
                {words.openPoster}
              </Link>
            </div>
          </Card>
        </div>
      </div>
    </>
  );
}

function WordsCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "page", ["title", "welcome", "offline", "accent"]);
  const { value, change, wrong } = draft;
  return (
    <Card title={words.words}>
      <Form {...draft} submit={() => void draft.save()}>
        <TextField
          label={words.eventTitle}
          value={value.title}
          change={(title) => change({ title })}
          longest={80}
          hint={words.eventTitleHint}
          error={wrong("title")}
        />
        <TextField
          label={words.welcome}
          value={value.welcome}
          change={(welcome) => change({ welcome })}
          longest={500}
          lines={4}
          hint={words.welcomeHint}
          error={wrong("welcome")}
          optional
        />
        <TextField
          label={words.offline}
          value={value.offline}
          change={(offline) => change({ offline })}
          longest={300}
          lines={3}
          hint={words.offlineHint}
          error={wrong("offline")}
          optional
        />
        <Accent value={value.accent} change={(accent) => change({ accent })} error={wrong("accent")} />
      </Form>
    </Card>
  );
}

interface AccentProps {
  value: string | null;
  change: (accent: string | null) => void;
  error: string | null;
}

function Accent({ value, change, error }: AccentProps) {
  return (
    <fieldset class="choice">
      <legend class="field-label">{words.accent}</legend>
      <Tick
        label={words.accentOwn}
        hint={words.accentHint}
        ticked={value !== null}
        change={(own) => change(own ? FIRST_COLOUR : null)}
      />
      {value === null ? null : (
        <div class="accent">
          <input
            class="accent-well"
            type="color"
            aria-label={words.accentPick}
            value={/^#[0-9a-f]{6}$/i.test(value) ? value : FIRST_COLOUR}
            onInput={(event) => change(event.currentTarget.value)}
          />
          <div class="accent-text">
            <TextField label={words.accentPick} value={value} change={change} longest={7} error={error} mono />
          </div>
        </div>
      )}
    </fieldset>
  );
}

function ViewersCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "viewers", ["password"]);
  const { value, change, wrong } = draft;
  const kept = value.password === KEPT;
  const stored = desk.settings.value?.viewers.value.password ?? null;
  // Asked for in the form before there is one to save.
  const [wanted, setWanted] = useState(value.password !== null);
  useEffect(() => setWanted(stored !== null), [stored]);
  return (
    <Card title={words.viewers}>
      <Form {...draft} dirty={draft.dirty && value.password !== ""} submit={() => void draft.save()}>
        <Tick
          label={words.protect}
          hint={words.protectHint}
          ticked={wanted}
          change={(protect) => {
            setWanted(protect);
            change({ password: protect ? (stored ?? "") : null });
          }}
        />
        {wanted ? (
          <PasswordField
            label={words.password}
            value={kept || value.password === null ? "" : value.password}
            change={(password) => change({ password: password === "" && stored !== null ? KEPT : password })}
            autocomplete="new-password"
            {...(kept ? { hint: words.passwordKept, placeholder: "••••••••" } : {})}
            error={wrong("password")}
          />
        ) : null}
      </Form>
    </Card>
  );
}
