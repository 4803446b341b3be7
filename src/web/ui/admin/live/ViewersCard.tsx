/** How many watch. */
import type { Desk } from "../desk/desk";
import { Card } from "../parts/Card";
import { strings } from "../strings";
import { Graph } from "./Graph";

const words = strings.live;
const count = (value: number) => Math.round(value).toLocaleString("en");

export function ViewersCard({ desk }: { desk: Desk }) {
  const viewers = desk.state.value?.viewers ?? null;
  return (
    <Card title={words.viewers}>
      <div class="figures">
        <p class="figure live-value">{viewers === null ? "–" : count(viewers.count)}</p>
        <p class="figure-more live-value">
          {viewers === null ? "" : `${words.peak} ${count(viewers.peak)}`}
        </p>
      </div>
      <Graph
        label={words.viewers}
        history={desk.history.value}
        series="viewers"
        colour="ok"
        words={count}
        moments={desk.moments.value}
      />
      {viewers !== null && viewers.players > 0 ? (
        <p class="second live-value">
          {count(viewers.pages)} {words.watchingHere}, {count(viewers.players)} {words.watchingElsewhere}
        </p>
      ) : null}
    </Card>
  );
}
