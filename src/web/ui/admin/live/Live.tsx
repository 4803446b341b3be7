/** The dashboard: one glance answers whether the show is well. */
import type { Lamp } from "../api";
import type { Desk } from "../desk/desk";
import { Link } from "../parts/Link";
import { Notice } from "../parts/Notice";
import { Picture } from "../parts/Picture";
import { strings } from "../strings";
import { Actions } from "./Actions";
import { BoxCard } from "./BoxCard";
import { ChecksCard } from "./ChecksCard";
import { CloudCard } from "./CloudCard";
import { DeliveryCard } from "./DeliveryCard";
import { InputCard } from "./InputCard";
import { JournalCard } from "./JournalCard";
import { RecordingCard } from "./RecordingCard";
import { SharingCard } from "./SharingCard";
import { ViewersCard } from "./ViewersCard";

export function Live({ desk, wide }: { desk: Desk; wide: boolean }) {
  const state = desk.state.value;
  // Nothing is claimed before the box has spoken.
  if (state === null) {
    return (
      <>
        <h1 class="for-ears">{strings.live.title}</h1>
        <p class="waits">{desk.lostSince.value === null ? strings.loading : ""}</p>
      </>
    );
  }
  const setUp = desk.settings.value?.setup.value.done ?? true;
  return (
    <>
      <h1 class="for-ears">{strings.live.title}</h1>
      {setUp ? null : (
        <Notice tone="plain" title={strings.setup.unfinished}>
          <Link desk={desk} to="setup">
            {strings.setup.goOn}
          </Link>
        </Notice>
      )}
      {state.box.warning ? (
        <Notice tone="warn" spoken>
          {state.box.warning}
        </Notice>
      ) : null}
      <div class="columns">
        <div class="column">
          <LivePicture desk={desk} />
          {wide ? null : <Actions desk={desk} />}
          <InputCard desk={desk} />
        </div>
        <div class="column">
          <ViewersCard desk={desk} />
          <DeliveryCard desk={desk} />
          <SharingCard desk={desk} />
          <ChecksCard desk={desk} />
        </div>
        <div class="column">
          <CloudCard desk={desk} />
          <RecordingCard desk={desk} />
          <BoxCard desk={desk} />
          <JournalCard desk={desk} />
        </div>
      </div>
    </>
  );
}

function LivePicture({ desk }: { desk: Desk }) {
  const lamp = desk.lamp.value;
  const [title, more] = inItsPlace(lamp);
  return (
    <Picture
      on={lamp === "on-air" || lamp === "holding"}
      sign={lamp === "holding" ? strings.live.holdingSign : null}
      title={title}
      more={more}
    />
  );
}

/** What stands where the picture would. */
function inItsPlace(lamp: Lamp | "unknown" | null): [string, string | null] {
  switch (lamp) {
    case "unknown":
      return [strings.live.noConnection, null];
    case "offline":
      return [strings.live.notReady, strings.live.notReadyMore];
    default:
      return [strings.live.nothingOn, strings.live.nothingOnMore];
  }
}
