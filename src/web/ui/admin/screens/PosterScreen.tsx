/** A sheet of A4 for the door: what is typed beside it shows at once; only the sheet is printed. */
import { useState } from "preact/hooks";

import type { PosterSettings } from "../api";
import type { Desk } from "../desk/desk";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { useDraft } from "../parts/draft";
import { SelectField, TextField, Tick } from "../parts/Field";
import { Form } from "../parts/Form";
import { Link } from "../parts/Link";
import { QrCode } from "../parts/QrCode";
import { strings } from "../strings";
import { wifiCode } from "../wifi";

const words = strings.poster;

export function PosterScreen({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "poster", ["heading", "text", "wifiName", "wifiPassword"]);
  const { value, change, wrong } = draft;
  const watch = desk.addresses.value?.watch ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const address = chosen ?? watch[0] ?? `${location.origin}/`;
  return (
    <>
      <div class="title-line no-print">
        <h1 class="title">
          <Link desk={desk} to="page" class="title-parent">
            {words.back}
          </Link>
          {words.title}
        </h1>
        <Button kind="first" icon="printer" press={() => print()}>
          {words.print}
        </Button>
      </div>
      <div class="poster-desk">
        <div class="no-print">
          <Card title={words.title}>
            <Form {...draft} submit={() => void draft.save()}>
              <p class="muted">{words.lead}</p>
              <TextField
                label={words.heading}
                value={value.heading}
                change={(heading) => change({ heading })}
                longest={60}
                placeholder={words.defaultHeading}
                error={wrong("heading")}
              />
              <TextField
                label={words.text}
                value={value.text}
                change={(text) => change({ text })}
                longest={200}
                lines={3}
                error={wrong("text")}
                optional
              />
              {watch.length > 1 ? (
                <SelectField
                  label={words.address}
                  value={address}
                  change={setChosen}
                  options={watch.map((each) => ({ value: each, label: spoken(each) }))}
                />
              ) : null}
              <Tick label={words.showWifi} ticked={value.showWifi} change={(showWifi) => change({ showWifi })} />
              {value.showWifi ? (
                <>
                  <TextField
                    label={words.wifiName}
                    value={value.wifiName}
                    change={(wifiName) => change({ wifiName })}
                    longest={32}
                    error={wrong("wifiName")}
                  />
                  <TextField
                    label={words.wifiPassword}
                    value={value.wifiPassword}
                    change={(wifiPassword) => change({ wifiPassword })}
                    longest={63}
                    hint={words.wifiHint}
                    error={wrong("wifiPassword")}
                    mono
                  />
                </>
              ) : null}
            </Form>
          </Card>
        </div>
        <Sheet poster={value} address={address} />
      </div>
    </>
  );
}

function Sheet({ poster, address }: { poster: PosterSettings; address: string }) {
  const { heading, text, wifiName, wifiPassword, showWifi } = poster;
  const wifi = showWifi && wifiName !== "";
  return (
    <section class="sheet-frame" aria-label={words.sheet}>
      <div class={`sheet ${wifi ? "sheet-with-wifi" : ""}`}>
        <h2 class="sheet-heading">{heading || words.defaultHeading}</h2>
        {text ? <p class="sheet-text">{text}</p> : null}
        {wifi ? (
          <div class="sheet-wifi">
            <QrCode text={wifiCode(wifiName, wifiPassword)} label={words.wifiLabel} />
            <div>
              <p class="sheet-small">{words.join}</p>
              <p class="sheet-strong">{wifiName}</p>
              <p class="sheet-small">
                {wifiPassword ? `${words.password}: ` : words.wifiOpen}
                {wifiPassword ? <span class="mono sheet-password">{wifiPassword}</span> : null}
              </p>
            </div>
          </div>
        ) : null}
        <div class="sheet-watch">
          <QrCode text={address} label={words.qrLabel} />
          <p class="sheet-strong">{words.scan}</p>
          <p class="sheet-small">{words.orType}</p>
          <p class="sheet-address">{spoken(address)}</p>
        </div>
      </div>
    </section>
  );
}

/** As one types it: browsers add what is left out. */
function spoken(address: string): string {
  return address.replace(/^http:\/\//, "").replace(/\/$/, "");
}
