import { PosterPicture } from "../parts/PosterPicture";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.poster;

export function PosterStep({ desk, walk }: StepProps) {
  return (
    <StepFrame desk={desk} walk={walk} title={words.title} lead={words.lead} skip={words.skip}>
      <PosterPicture desk={desk} />
    </StepFrame>
  );
}
