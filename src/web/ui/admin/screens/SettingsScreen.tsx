/** How the box is set, and who may set it. */
import { useState } from "preact/hooks";

import type { Desk } from "../desk/desk";
import { Ask } from "../parts/Ask";
import { Button } from "../parts/Button";
import { Card, Rows } from "../parts/Card";
import { CLOUD_FIELDS, CloudFields, NO_CLOUD } from "../parts/CloudFields";
import { useDraft } from "../parts/draft";
import { Choice, NumberField, TextField } from "../parts/Field";
import { Form } from "../parts/Form";
import { Link } from "../parts/Link";
import { ZoneField } from "../parts/ZoneField";
import { strings } from "../strings";
import { PasswordCard } from "./PasswordCard";
import { SharingCard } from "./SharingCard";
import { TokensCard } from "./TokensCard";
import { UpdatesCard } from "./UpdatesCard";
import { UploadCard } from "./UploadCard";

const words = strings.settings;

export function SettingsScreen({ desk }: { desk: Desk }) {
  return (
    <>
      <h1 class="title">{words.title}</h1>
      <div class="sheets">
        <div class="sheets-column">
          <BoxCard desk={desk} />
          <StreamCard desk={desk} />
          <PasswordCard desk={desk} />
          <SessionsCard desk={desk} />
          <UpdatesCard desk={desk} />
        </div>
        <div class="sheets-column">
          <SharingCard desk={desk} />
          <CloudCard desk={desk} />
          <Sent desk={desk} />
          <TokensCard desk={desk} />
          <AboutCard desk={desk} />
        </div>
      </div>
    </>
  );
}

function BoxCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "box", ["name", "timeZone", "egressBudget"]);
  const { value, change, wrong } = draft;
  return (
    <Card title={words.box}>
      <Form {...draft} submit={() => void draft.save()}>
        <TextField
          label={words.name}
          value={value.name}
          change={(name) => change({ name })}
          longest={40}
          error={wrong("name")}
        />
        <ZoneField value={value.timeZone} change={(timeZone) => change({ timeZone })} error={wrong("timeZone")} />
        <NumberField
          label={words.budget}
          value={value.egressBudget}
          change={(egressBudget) => change({ egressBudget })}
          hint={words.budgetHint}
          unit={words.unit}
          error={wrong("egressBudget")}
          optional
        />
      </Form>
    </Card>
  );
}

function StreamCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "stream", ["latency", "graceSeconds"]);
  const { value, change, wrong } = draft;
  return (
    <Card title={words.stream}>
      <Form {...draft} submit={() => void draft.save()}>
        <Choice
          label={words.latency}
          value={value.latency}
          change={(latency) => change({ latency })}
          options={words.latencies}
        />
        <NumberField
          label={words.grace}
          value={value.graceSeconds}
          change={(graceSeconds) => change({ graceSeconds: graceSeconds ?? 0 })}
          hint={words.graceHint}
          unit={words.seconds}
          error={wrong("graceSeconds")}
        />
      </Form>
    </Card>
  );
}

function CloudCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "cloud", CLOUD_FIELDS, NO_CLOUD);
  const [asked, setAsked] = useState(false);
  const stored = desk.settings.value?.cloud.value ?? null;
  return (
    <Card title={words.cloud}>
      <Form
        {...draft}
        submit={() => void draft.save()}
        aside={stored === null ? null : <Button press={() => setAsked(true)}>{words.forgetCloud}</Button>}
      >
        <CloudFields desk={desk} draft={draft} />
      </Form>
      {asked ? (
        <Ask
          title={words.askForget.title}
          confirm={words.askForget.confirm}
          act={() => desk.save("cloud", null)}
          close={() => setAsked(false)}
        >
          {words.askForget.text}
        </Ask>
      ) : null}
    </Card>
  );
}

/** Where there is no account, nothing is sent. */
function Sent({ desk }: { desk: Desk }) {
  const settings = desk.settings.value;
  return settings?.upload === undefined || settings.cloud.value === null ? null : <UploadCard desk={desk} />;
}

function SessionsCard({ desk }: { desk: Desk }) {
  const [asked, setAsked] = useState(false);
  return (
    <Card title={words.sessions}>
      <div class="form-end">
        <Button press={() => void desk.signOut().catch(() => undefined)}>{strings.nav.signOut}</Button>
        <Button kind="ends" press={() => setAsked(true)}>
          {words.everywhere}
        </Button>
      </div>
      {asked ? (
        <Ask
          title={words.askEverywhere.title}
          confirm={words.askEverywhere.confirm}
          act={() => desk.signOut(true)}
          close={() => setAsked(false)}
        >
          {words.askEverywhere.text}
        </Ask>
      ) : null}
    </Card>
  );
}

function AboutCard({ desk }: { desk: Desk }) {
  return (
    <Card title={words.about}>
      <Rows rows={[{ label: words.version, value: desk.session.value?.version ?? "" }]} />
      <p class="second">
        <Link desk={desk} to="setup">
          {words.setUpAgain}
        </Link>
      </p>
    </Card>
  );
}
