/** What leaves the box, against what it may send. */
import type { Desk } from "../desk/desk";
import { Card } from "../parts/Card";
import { Notice } from "../parts/Notice";
import { strings } from "../strings";
import { rate, rateOf } from "../units";

const words = strings.live;
/** From this share of the budget on it is worth a word. */
const NEARLY_FULL = 0.9;

export function DeliveryCard({ desk }: { desk: Desk }) {
  const egress = desk.state.value?.egress ?? null;
  if (egress === null) return null;
  const share = egress.budget > 0 ? egress.rate / egress.budget : 0;
  const full = share >= NEARLY_FULL;
  const link = egress.link === null ? null : rate(egress.link);
  return (
    <Card title={words.delivery}>
      <div class="meter-words">
        <span class="muted">{words.port}</span>
        <span class="live-value">{rateOf(egress.rate, egress.budget)}</span>
      </div>
      <div
        class={`meter ${full ? "meter-full" : ""}`}
        role="meter"
        aria-label={words.port}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(share * 100))}
        aria-valuetext={rateOf(egress.rate, egress.budget)}
      >
        <div class="meter-filled" style={{ inlineSize: `${Math.min(100, share * 100).toFixed(1)}%` }} />
      </div>
      {full ? <Notice tone="warn">{words.portFull}</Notice> : null}
      {link === null ? null : (
        <p class="second">
          {words.link} {link.value} {link.unit}.
        </p>
      )}
    </Card>
  );
}
