/** Who may send: each encoder's key, its rule, and the way to take it back. */
import { useState } from "preact/hooks";

import type { NewStreamKey, StreamKey, Takeover } from "../api";
import type { Desk } from "../desk/desk";
import { Ask } from "../parts/Ask";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { CopyLine } from "../parts/CopyLine";
import { Choice } from "../parts/Field";
import { NameForm } from "../parts/NameForm";
import { Notice } from "../parts/Notice";
import { QrCode } from "../parts/QrCode";
import { useKeys } from "../parts/keys";
import { revokeTitle, strings } from "../strings";

const words = strings.keys;

export function KeysScreen({ desk }: { desk: Desk }) {
  const keys = useKeys(desk);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewStreamKey | null>(null);
  const make = async (name: string, takeover: Takeover) => {
    const key = await desk.ask<NewStreamKey>("POST", "keys", { name, takeover });
    setMade(key);
    setMaking(false);
    await keys.fetch();
  };
  return (
    <>
      <div class="title-line">
        <h1 class="title">{words.title}</h1>
        {making ? null : (
          <Button kind="first" icon="plus" press={() => setMaking(true)}>
            {words.add}
          </Button>
        )}
      </div>
      <p class="title-lead">{words.lead}</p>
      {keys.error ? (
        <Notice tone="bad" spoken>
          {keys.error}
        </Notice>
      ) : null}
      {making ? (
        <Card title={words.add}>
          <KeyForm submit={make} cancel={() => setMaking(false)} />
        </Card>
      ) : null}
      {made === null ? null : (
        <Notice tone="good" spoken title={words.made}>
          {made.name}
        </Notice>
      )}
      {keys.list?.length === 0 && !making ? <p class="empty-page">{words.none}</p> : null}
      <ul class="keys">
        {keys.list?.map((key) => (
          <KeyItem key={key.id} desk={desk} stored={key} fetch={keys.fetch} secret={made?.id === key.id ? made.key : null} />
        ))}
      </ul>
    </>
  );
}

interface KeyItemProps {
  desk: Desk;
  stored: StreamKey;
  fetch: () => Promise<void>;
  /** Just made: it shows at once. */
  secret: string | null;
}

function KeyItem({ desk, stored, fetch, secret }: KeyItemProps) {
  const [shown, setShown] = useState<string | null>(secret);
  const [mode, setMode] = useState<"look" | "edit" | "revoke">("look");
  const [error, setError] = useState<string | null>(null);
  const moments = desk.moments.value;
  const now = desk.state.value?.now ?? Date.now();
  const reveal = async () => {
    if (shown !== null) return setShown(null);
    setError(null);
    await desk
      .ask<{ key: string }>("GET", `keys/${stored.id}/secret`)
      .then(({ key }) => setShown(key))
      .catch((refusal: Error) => setError(refusal.message));
  };
  const change = async (name: string, takeover: Takeover) => {
    await desk.ask("PUT", `keys/${stored.id}`, { name, takeover });
    setMode("look");
    await fetch();
  };
  const revoke = async () => {
    await desk.ask("DELETE", `keys/${stored.id}`);
    await fetch();
  };
  const used =
    stored.lastUsed === null ? words.neverUsed : `${words.used} ${moments.minuteAndDay(stored.lastUsed, now)}`;
  const servers = desk.addresses.value?.server ?? [];
  return (
    <li class="card key">
      {mode === "edit" ? (
        <KeyForm stored={stored} submit={change} cancel={() => setMode("look")} />
      ) : (
        <>
          <div class="key-line">
            <div class="key-words">
              <h2 class="key-name">
                {stored.name}
                {stored.live ? <span class="key-live">{words.live}</span> : null}
              </h2>
              <p class="second">{words.takeover[stored.takeover].more}</p>
              {stored.live ? null : <p class="second">{used}</p>}
            </div>
            <div class="key-buttons">
              <Button
                expanded={shown !== null}
                press={() => void reveal()}
                label={`${shown === null ? words.showKey : words.hideKey}: ${stored.name}`}
              >
                {shown === null ? words.showKey : words.hideKey}
              </Button>
              <Button press={() => setMode("edit")} label={`${words.edit}: ${stored.name}`}>
                {words.edit}
              </Button>
              <Button kind="ends" press={() => setMode("revoke")} label={`${words.revoke} ${stored.name}`}>
                {words.revoke}
              </Button>
            </div>
          </div>
          {error ? (
            <Notice tone="bad" spoken>
              {error}
            </Notice>
          ) : null}
          {shown === null ? null : <Secret server={servers[0] ?? null} secret={shown} />}
        </>
      )}
      {mode === "revoke" ? (
        <Ask title={revokeTitle(stored.name)} confirm={words.askRevoke.confirm} act={revoke} close={() => setMode("look")}>
          {words.askRevoke.text} {stored.live ? words.askRevoke.live : ""}
        </Ask>
      ) : null}
    </li>
  );
}

function Secret({ server, secret }: { server: string | null; secret: string }) {
  return (
    <div class="secret">
      <div class="secret-lines">
        {server === null ? null : <CopyLine label={strings.setup.obs.server} text={server} />}
        <CopyLine label={strings.setup.obs.key} text={secret} />
      </div>
      <QrCode text={server === null ? secret : `${server}\n${secret}`} label={strings.setup.obs.qrLabel} />
    </div>
  );
}

interface KeyFormProps {
  stored?: StreamKey;
  submit: (name: string, takeover: Takeover) => Promise<void>;
  cancel: () => void;
}

function KeyForm({ stored, submit, cancel }: KeyFormProps) {
  const [takeover, setTakeover] = useState<Takeover>(stored?.takeover ?? "reject");
  return (
    <NameForm
      label={words.name}
      name={stored?.name ?? ""}
      field="name"
      longest={40}
      hint={words.nameHint}
      save={stored === undefined ? words.add : strings.save}
      submit={(name) => submit(name, takeover)}
      cancel={cancel}
    >
      <Choice label={words.rule} value={takeover} change={setTakeover} options={words.takeover} />
    </NameForm>
  );
}
