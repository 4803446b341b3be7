/** Before the page opens: claiming a fresh box, and signing in. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Refusal } from "../desk/client";
import type { Desk } from "../desk/desk";
import { ThemeSwitch } from "../live/Header";
import { Button } from "../parts/Button";
import { PasswordField, TextField } from "../parts/Field";
import { Lamp } from "../parts/Lamp";
import { Notice } from "../parts/Notice";
import { SHORTEST, strength } from "../strength";
import { claimEnds, strings, waitFor } from "../strings";

export function Gate({ desk }: { desk: Desk }) {
  const session = desk.session.value;
  if (session === null) {
    return (
      <GateFrame>
        {desk.unreachable.value ? (
          <>
            <h1 class="gate-title">{strings.unreachable}</h1>
            <p class="gate-lead" role="status">
              {strings.unreachableMore}
            </p>
          </>
        ) : (
          <p class="gate-lead">{strings.loading}</p>
        )}
      </GateFrame>
    );
  }
  return <GateFrame>{session.claimed ? <SignIn desk={desk} /> : <Claim desk={desk} />}</GateFrame>;
}

function GateFrame({ children }: { children: ComponentChildren }) {
  return (
    <div class="gate">
      <main class="gate-inside">{children}</main>
      <ThemeSwitch />
    </div>
  );
}

function Claim({ desk }: { desk: Desk }) {
  const claim = desk.session.value?.claim ?? { withoutCode: false, secondsLeft: null };
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const [different, setDifferent] = useState(false);
  const tried = useTry();
  const hint = strength(password);
  const submit = () => {
    const differs = password !== again;
    setDifferent(differs);
    if (differs || hint === "empty" || hint === "short") return;
    void tried.go(() => desk.claim(password, claim.withoutCode ? null : code.trim()));
  };
  const { claim: words } = strings;
  return (
    <>
      <Lamp lamp="not-claimed" secondsLeft={null} />
      <h1 class="gate-title">{words.title}</h1>
      <p class="gate-lead">{words.lead}</p>
      <form class="form" noValidate onSubmit={(event) => (event.preventDefault(), submit())}>
        <UserName name={desk.boxName.value} />
        <PasswordField
          label={words.password}
          value={password}
          change={setPassword}
          autocomplete="new-password"
          focus
          error={tried.wrong("password") ?? (hint === "short" && different ? words.strength.short : null)}
        />
        <p class={`strength strength-${hint}`} role="status">
          <span class="strength-bar" aria-hidden="true" />
          {words.strength[hint]}
        </p>
        <PasswordField
          label={words.again}
          value={again}
          change={(value) => {
            setAgain(value);
            setDifferent(false);
          }}
          autocomplete="new-password"
          error={different ? words.different : null}
        />
        {claim.withoutCode ? null : (
          <TextField
            label={words.code}
            value={code}
            change={setCode}
            hint={words.codeMore}
            longest={64}
            mono
            error={tried.wrong("code")}
          />
        )}
        <TryNotice tried={tried} fields={["password", "code"]} />
        <div class="form-end">
          <Button submit kind="first" busy={tried.busy} disabled={[...password].length < SHORTEST || tried.wait > 0}>
            {tried.wait > 0 ? waitFor(tried.wait) : words.submit}
          </Button>
        </div>
        {claim.withoutCode && claim.secondsLeft !== null ? (
          <p class="field-hint">{claimEnds(Math.ceil(claim.secondsLeft / 60))}</p>
        ) : null}
      </form>
    </>
  );
}

function SignIn({ desk }: { desk: Desk }) {
  const [password, setPassword] = useState("");
  const tried = useTry();
  const { signIn: words } = strings;
  const farewell = desk.farewell.value;
  return (
    <>
      <p class="gate-box">{desk.boxName.value}</p>
      <h1 class="gate-title">{words.title}</h1>
      {farewell === null ? null : (
        <Notice tone="plain" spoken>
          {farewell === "ended" ? words.ended : words.signedOut}
        </Notice>
      )}
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (password !== "" && tried.wait === 0) void tried.go(() => desk.signIn(password));
        }}
      >
        <UserName name={desk.boxName.value} />
        <PasswordField
          label={words.password}
          value={password}
          change={setPassword}
          autocomplete="current-password"
          focus
        />
        <TryNotice tried={tried} fields={[]} />
        <div class="form-end">
          <Button submit kind="first" busy={tried.busy} disabled={password === "" || tried.wait > 0}>
            {tried.wait > 0 ? waitFor(tried.wait) : words.submit}
          </Button>
        </div>
      </form>
      <details class="details">
        <summary>{words.forgotten}</summary>
        <p>{words.forgottenMore}</p>
      </details>
    </>
  );
}

/** Password keepers file a password under a name. */
function UserName({ name }: { name: string }) {
  return <input type="text" hidden readOnly name="username" autocomplete="username" value={name || strings.product} />;
}

interface Try {
  busy: boolean;
  /** Seconds until another one makes sense. */
  wait: number;
  refusal: Refusal | null;
  wrong(field: string): string | null;
  go(act: () => Promise<void>): Promise<void>;
}

function TryNotice({ tried, fields }: { tried: Try; fields: string[] }) {
  const { refusal } = tried;
  if (refusal === null || (refusal.field !== null && fields.includes(refusal.field))) return null;
  return (
    <Notice tone="bad" spoken>
      {refusal.message}
    </Notice>
  );
}

function useTry(): Try {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [wait, setWait] = useState(0);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1_000);
    return () => clearTimeout(timer);
  }, [wait]);
  return {
    busy,
    wait,
    refusal,
    wrong: (field) => (refusal?.field === field ? refusal.message : null),
    go: async (act) => {
      setBusy(true);
      setRefusal(null);
      try {
        await act();
      } catch (error) {
        const refused = error instanceof Refusal ? error : new Refusal(0, strings.failed);
        setRefusal(refused);
        setWait(Math.ceil(refused.retryAfter ?? 0));
      } finally {
        setBusy(false);
      }
    },
  };
}
