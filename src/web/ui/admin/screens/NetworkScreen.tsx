/** Where the box stands in the network. Shown; what can be changed is changed where the network is made. */
import { useEffect } from "preact/hooks";

import type { Desk } from "../desk/desk";
import { DeliveryCard } from "../live/DeliveryCard";
import { Interfaces, Lines } from "../parts/Addresses";
import { Card } from "../parts/Card";
import { Link } from "../parts/Link";
import { strings } from "../strings";

const words = strings.network;

export function NetworkScreen({ desk }: { desk: Desk }) {
  const addresses = desk.addresses.value;
  // Cables are plugged while nobody looks.
  useEffect(() => void desk.fetchAddresses().catch(() => undefined), [desk]);
  return (
    <>
      <h1 class="title">{words.title}</h1>
      <div class="sheets">
        <div class="sheets-column">
          <Card title={words.watch}>
            <Lines quiet label={words.watch} lines={addresses?.watch ?? []} />
          </Card>
          <Card title={words.server}>
            <Lines quiet label={words.server} lines={addresses?.server ?? []} />
          </Card>
        </div>
        <div class="sheets-column">
          <Card title={words.interfaces}>
            <Interfaces addresses={addresses} />
            {addresses?.canChange === false ? <p class="second">{words.fixed}</p> : null}
          </Card>
          <DeliveryCard desk={desk} />
          <p class="second">
            {words.budget}{" "}
            <Link desk={desk} to="settings">
              {strings.nav.settings}
            </Link>
            .
          </p>
        </div>
      </div>
    </>
  );
}
