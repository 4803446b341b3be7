/** What the box thinks of the encoder's settings, and where to change them. */
import type { Verdict } from "../api";
import type { Desk } from "../desk/desk";
import { Card } from "../parts/Card";
import { Icon, type IconName } from "../parts/Icon";
import { strings } from "../strings";

const words = strings.live;
const MARKS: Record<Verdict, IconName> = { pass: "check", look: "alert", bad: "cross" };

export function ChecksCard({ desk }: { desk: Desk }) {
  const checks = desk.state.value?.checks ?? [];
  return (
    <Card title={words.checks}>
      {checks.length === 0 ? (
        <p class="empty muted">{words.noChecks}</p>
      ) : (
        <ul class="checks">
          {checks.map(({ id, verdict, text, setting }) => (
            <li class={`check check-${verdict}`} key={id}>
              <Icon name={MARKS[verdict]} />
              <div>
                <p>
                  <span class="for-ears">{words.verdict[verdict]}: </span>
                  {text}
                </p>
                {setting === null ? null : <p class="second">{setting}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
