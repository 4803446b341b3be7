/** Access for scripts: made with what it may, shown once, taken back. */
import { useEffect, useState } from "preact/hooks";

import type { ApiToken, NewApiToken, Scope } from "../api";
import type { Desk } from "../desk/desk";
import { Ask } from "../parts/Ask";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { CopyLine } from "../parts/CopyLine";
import { TextField, Tick } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { revokeTitle, strings } from "../strings";

const words = strings.settings;
const SCOPES: Scope[] = ["read", "control", "settings"];

export function TokensCard({ desk }: { desk: Desk }) {
  const [list, setList] = useState<ApiToken[]>([]);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewApiToken | null>(null);
  const [asked, setAsked] = useState<ApiToken | null>(null);
  const [error, setError] = useState<string | null>(null);
  const fetch = () =>
    desk
      .ask<ApiToken[]>("GET", "tokens")
      .then(setList)
      .catch((refusal: Error) => setError(refusal.message));
  useEffect(() => void fetch(), [desk, desk.news.value]);
  const make = async (name: string, scopes: Scope[]) => {
    setMade(await desk.ask<NewApiToken>("POST", "tokens", { name, scopes }));
    setMaking(false);
    await fetch();
  };
  const revoke = async (token: ApiToken) => {
    await desk.ask("DELETE", `tokens/${token.id}`);
    if (made?.id === token.id) setMade(null);
    await fetch();
  };
  return (
    <Card title={words.tokens}>
      <p class="muted">{words.tokensMore}</p>
      {error ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      {list.length === 0 && !making ? <p class="empty muted">{words.noTokens}</p> : null}
      <ul class="tokens">
        {list.map((token) => (
          <TokenItem key={token.id} desk={desk} token={token} ask={() => setAsked(token)} />
        ))}
      </ul>
      {made === null ? null : (
        <Notice tone="good" spoken title={words.tokenMade}>
          <CopyLine label={made.name} text={made.token} />
        </Notice>
      )}
      {making ? (
        <TokenForm submit={make} cancel={() => setMaking(false)} />
      ) : (
        <div class="form-end">
          <Button icon="plus" press={() => (setMade(null), setMaking(true))}>
            {words.newToken}
          </Button>
        </div>
      )}
      {asked === null ? null : (
        <Ask
          title={revokeTitle(asked.name)}
          confirm={words.askToken.confirm}
          act={() => revoke(asked)}
          close={() => setAsked(null)}
        >
          {words.askToken.text}
        </Ask>
      )}
    </Card>
  );
}

function TokenItem({ desk, token, ask }: { desk: Desk; token: ApiToken; ask: () => void }) {
  const moments = desk.moments.value;
  const now = desk.state.value?.now ?? Date.now();
  const used = token.lastUsed === null ? words.neverUsed : `${words.used} ${moments.minuteAndDay(token.lastUsed, now)}`;
  return (
    <li class="token">
      <div>
        <p class="token-name">{token.name}</p>
        <p class="second">
          {words.scopes} {token.scopes.map((scope) => words.scope[scope]).join(", ")} · {words.created}{" "}
          {moments.day(token.created)} · {used}
        </p>
      </div>
      <Button kind="ends" press={ask} label={`${words.revoke} ${token.name}`}>
        {words.revoke}
      </Button>
    </li>
  );
}

interface TokenFormProps {
  submit: (name: string, scopes: Scope[]) => Promise<void>;
  cancel: () => void;
}

function TokenForm({ submit, cancel }: TokenFormProps) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ready = name.trim() !== "" && scopes.length > 0;
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await submit(name.trim(), scopes);
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : strings.failed);
      setBusy(false);
    }
  };
  return (
    <form
      class="form token-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) void go();
      }}
    >
      <TextField label={words.tokenName} value={name} change={setName} longest={40} focus />
      <fieldset class="choice">
        <legend class="field-label">{words.scopes}</legend>
        {SCOPES.map((scope) => (
          <Tick
            key={scope}
            label={words.scope[scope]}
            ticked={scopes.includes(scope)}
            change={(may) => setScopes(SCOPES.filter((each) => (each === scope ? may : scopes.includes(each))))}
          />
        ))}
      </fieldset>
      {error ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      <div class="form-end">
        <Button submit kind="first" busy={busy} disabled={!ready}>
          {words.makeToken}
        </Button>
        <Button press={cancel}>{strings.cancel}</Button>
      </div>
    </form>
  );
}
