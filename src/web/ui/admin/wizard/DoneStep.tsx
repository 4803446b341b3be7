import { Link } from "../parts/Link";
import { QrCode } from "../parts/QrCode";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.done;

export function DoneStep({ desk, walk }: StepProps) {
  const watch = desk.addresses.value?.watch[0];
  return (
    <StepFrame desk={desk} walk={walk} title={words.title} lead={words.lead} last>
      {watch === undefined ? null : (
        <div class="done">
          <QrCode text={watch} label={strings.poster.qrLabel} />
          <div>
            <p class="muted">{words.watch}</p>
            <p class="done-address">{watch}</p>
            <Link desk={desk} to="poster" class="button button-plain">
              {words.poster}
            </Link>
          </div>
        </div>
      )}
    </StepFrame>
  );
}
