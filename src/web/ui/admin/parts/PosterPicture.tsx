/** The operator's own picture for the time when nothing is on: chosen, looked at, taken away. */
import { useRef, useState } from "preact/hooks";

import { send } from "../desk/client";
import type { Desk } from "../desk/desk";
import { strings } from "../strings";
import { Ask } from "./Ask";
import { Button } from "./Button";
import { Notice } from "./Notice";

const words = strings.page;
/** The box takes no larger one. */
const LARGEST = 8_000_000;
const KINDS = ["image/jpeg", "image/png", "image/webp"];

export function PosterPicture({ desk }: { desk: Desk }) {
  const chooser = useRef<HTMLInputElement>(null);
  const picture = desk.settings.value?.posterPicture ?? null;
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string } | null>(null);
  const [asked, setAsked] = useState(false);

  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    if (!KINDS.includes(file.type)) return setSaid({ tone: "bad", text: words.pictureWrong });
    if (file.size > LARGEST) return setSaid({ tone: "bad", text: words.pictureTooLarge });
    setBusy(true);
    setSaid(null);
    try {
      await send("poster-picture", file);
      setSaid({ tone: "good", text: words.pictureSaved });
      await desk.fetchSettings();
    } catch (error) {
      setSaid({ tone: "bad", text: error instanceof Error ? error.message : strings.failed });
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    await desk.ask("DELETE", "poster-picture");
    await desk.fetchSettings();
    setSaid({ tone: "good", text: words.pictureGone });
  };
  return (
    <div class="poster-picture">
      {picture === null ? (
        <p class="poster-picture-none muted">{words.noPicture}</p>
      ) : (
        <img class="poster-picture-image" src={picture} alt={words.pictureAlt} />
      )}
      <p class="field-hint">{words.pictureHint}</p>
      {said === null ? null : (
        <Notice tone={said.tone} spoken>
          {said.text}
        </Notice>
      )}
      <div class="form-end">
        <Button icon="image" busy={busy} press={() => chooser.current?.click()}>
          {busy ? words.uploading : picture !== null ? words.changePicture : words.choosePicture}
        </Button>
        {picture !== null ? <Button press={() => setAsked(true)}>{words.removePicture}</Button> : null}
      </div>
      <input
        class="for-ears"
        type="file"
        accept={KINDS.join(",")}
        tabIndex={-1}
        aria-hidden="true"
        aria-label={words.picture}
        ref={chooser}
        onChange={(event) => {
          const field = event.currentTarget;
          void choose(field.files?.[0]).then(() => (field.value = ""));
        }}
      />
      {asked ? (
        <Ask title={words.askRemove.title} confirm={words.askRemove.confirm} act={remove} close={() => setAsked(false)}>
          {words.askRemove.text}
        </Ask>
      ) : null}
    </div>
  );
}
