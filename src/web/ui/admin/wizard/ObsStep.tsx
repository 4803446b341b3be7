/** The two lines that OBS wants. The step watches for the picture, and shows it when it comes. */
import { useEffect, useState } from "preact/hooks";

import type { NewStreamKey, StreamKey } from "../api";
import type { Desk } from "../desk/desk";
import { CopyLine } from "../parts/CopyLine";
import { Notice } from "../parts/Notice";
import { Picture } from "../parts/Picture";
import { QrCode } from "../parts/QrCode";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.obs;

export function ObsStep({ desk, walk }: StepProps) {
  const { key, error } = useFirstKey(desk);
  const servers = desk.addresses.value?.server ?? [];
  const [server, ...others] = servers;
  const input = desk.state.value?.input ?? null;
  const lamp = desk.lamp.value;
  const here = lamp === "on-air" && input !== null && !input.testCard;
  return (
    <StepFrame
      desk={desk}
      walk={walk}
      title={words.title}
      lead={
        <>
          {words.lead[0]}
          <strong>{words.lead[1]}</strong>
          {words.lead[2]}
          <strong>{words.lead[3]}</strong>
          {words.lead[4]}
        </>
      }
      error={error}
      {...(here ? {} : { skip: words.skip })}
    >
      {server === undefined ? <Notice tone="warn">{strings.network.none}</Notice> : <CopyLine label={words.server} text={server} />}
      {key === null ? null : <CopyLine label={words.key} text={key} />}
      {others.length > 0 ? (
        <p class="second">
          {words.other}
          <span class="mono">{others[0]}</span>.
        </p>
      ) : null}
      {server !== undefined && key !== null ? (
        <details class="details">
          <summary>{words.qr}</summary>
          <div class="qr-place">
            <QrCode text={`${server}\n${key}`} label={words.qrLabel} />
          </div>
        </details>
      ) : null}
      <Arrival desk={desk} here={here} />
    </StepFrame>
  );
}

/** `here`: an encoder's own picture, not the test card. */
function Arrival({ desk, here }: { desk: Desk; here: boolean }) {
  const input = desk.state.value?.input ?? null;
  const live = desk.lamp.value === "on-air" && input !== null;
  return (
    <>
      {here && input !== null ? (
        <Notice tone="good" spoken title={words.connected}>
          {[input.encoder, input.address].filter((part) => part !== null).join(" · ")}
        </Notice>
      ) : (
        <Notice tone="wait" spoken title={words.waiting}>
          {words.waitingMore}
        </Notice>
      )}
      {live ? <Picture on title="" more={null} sign={input.testCard ? words.testCard : null} /> : null}
    </>
  );
}

/** The first key's letters; a box without a key gets one. */
function useFirstKey(desk: Desk): { key: string | null; error: string | null } {
  const [key, setKey] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const find = async () => {
      const [first] = await desk.ask<StreamKey[]>("GET", "keys");
      const { key } =
        first === undefined
          ? await desk.ask<NewStreamKey>("POST", "keys", { name: words.keyName, takeover: "reject" })
          : await desk.ask<{ key: string }>("GET", `keys/${first.id}/secret`);
      setKey(key);
    };
    find().catch((refusal: Error) => setError(refusal.message));
  }, [desk]);
  return { key, error };
}
