import { Interfaces, WatchAddresses } from "../parts/Addresses";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.network;

export function NetworkStep({ desk, walk }: StepProps) {
  return (
    <StepFrame desk={desk} walk={walk} title={words.title} lead={words.lead}>
      <WatchAddresses addresses={desk.addresses.value} />
      <Interfaces addresses={desk.addresses.value} />
      <p class="second">{words.fixed}</p>
    </StepFrame>
  );
}
