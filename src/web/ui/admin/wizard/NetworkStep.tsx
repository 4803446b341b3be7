import { Interfaces, Lines } from "../parts/Addresses";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.network;

export function NetworkStep({ desk, walk }: StepProps) {
  return (
    <StepFrame desk={desk} walk={walk} title={words.title} lead={words.lead}>
      <Lines label={strings.network.watch} lines={desk.addresses.value?.watch ?? []} />
      <Interfaces addresses={desk.addresses.value} />
      <p class="second">{words.fixed}</p>
    </StepFrame>
  );
}
