/** What the encoder sends. */
import { Fragment } from "preact";

import { clock } from "../../shared/format";
import type { Audio, Input } from "../api";
import type { Desk } from "../desk/desk";
import { Card, type Row, Rows } from "../parts/Card";
import { Icon } from "../parts/Icon";
import { Link } from "../parts/Link";
import { endsIn, frames, standby, strings } from "../strings";
import { duration, type Figure, plain, rate, rateIn } from "../units";
import { Graph } from "./Graph";

const words = strings.live;

export function InputCard({ desk }: { desk: Desk }) {
  const state = desk.state.value;
  const input = state?.input ?? null;
  return (
    <Card
      title={words.input}
      aside={input === null || state === null ? null : <Steadiness input={input} now={state.now} />}
    >
      {input === null ? <NoEncoder desk={desk} /> : <Figures input={input} />}
      <Graph
        label={words.bitRate}
        history={desk.history.value}
        series="bitRate"
        colour="accent"
        target={input?.targetBitRate ?? null}
        words={said}
        moments={desk.moments.value}
      />
      {input === null ? null : <Rows rows={rows(input)} />}
    </Card>
  );
}

function NoEncoder({ desk }: { desk: Desk }) {
  const state = desk.state.value;
  if (state?.lamp === "holding") {
    return (
      <div class="empty">
        <p>{words.encoderGone}</p>
        <p class="muted">
          {words.encoderGoneMore}{" "}
          {state.secondsLeft === null ? null : <span class="live-value">{endsIn(clock(state.secondsLeft))}</span>}
        </p>
      </div>
    );
  }
  return (
    <div class="empty">
      <p>{words.noEncoder}</p>
      <p class="muted">
        {words.noEncoderMore}{" "}
        <Link desk={desk} to="keys">
          {words.getKey}
        </Link>
      </p>
    </div>
  );
}

function Steadiness({ input, now }: { input: Input; now: number }) {
  if (!input.timestamps.ok) {
    return (
      <span class="mark mark-warn">
        <Icon name="alert" />
        {words.unsteady}
      </span>
    );
  }
  return (
    <span class="mark mark-ok">
      <span class="dot" aria-hidden="true" />
      {words.steady} {duration((now - input.steadySince) / 1_000)}
    </span>
  );
}

function Figures({ input }: { input: Input }) {
  const { value, unit } = input.targetBitRate === null ? rate(input.bitRate) : against(input.bitRate, input.targetBitRate);
  const { video } = input;
  const actual = video?.frameRate ?? null;
  const target = video?.targetFrameRate ?? null;
  const whole = target === null || Number.isInteger(target);
  const interval = video?.keyframeInterval ?? null;
  const parts = [
    frames(actual === null ? null : plain(actual, whole ? 0 : 1), target === null ? null : plain(target, 2)),
    interval === null ? null : `${words.keyframes} ${interval.toFixed(1)} s`,
  ].filter((part) => part !== null);
  return (
    <div class="figures">
      <p class="figure live-value">
        {value}
        <span class="figure-unit"> {unit}</span>
      </p>
      <p class="figure-more live-value">
        {parts.map((part, index) => (
          <Fragment key={index}>
            {index > 0 ? " · " : ""}
            <span class="figure-part">{part}</span>
          </Fragment>
        ))}
      </p>
    </div>
  );
}

function rows(input: Input): Row[] {
  const { video, audio, key } = input;
  const encoder = input.testCard ? words.testCard : (input.encoder ?? words.unknownEncoder);
  const from = input.testCard ? null : input.address;
  const list: Row[] = [
    { label: words.encoder, value: joined([encoder, from]), more: input.testCard ? words.testCardMore : null },
    {
      label: words.picture,
      value: video === null ? words.noPicture : `${video.width} × ${video.height}, ${video.codec}`,
    },
    { label: words.sound, value: audio === null ? words.noSound : sound(audio) },
  ];
  if (key !== null) list.push({ label: words.key, value: key, more: standby(input.standby) });
  list.push({ label: words.timestamps, value: input.timestamps.text, warn: !input.timestamps.ok });
  return list;
}

function sound({ codec, channels, sampleRate }: Audio): string {
  const places = channels === 1 ? "mono" : channels === 2 ? "stereo" : `${channels} channels`;
  return `${codec} ${places}, ${plain(sampleRate / 1_000)} kHz`;
}

function joined(parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join(" · ");
}

/** `6.1` and `of 6.0 Mbit/s` */
function against(bits: number, target: number): Figure {
  const { unit, value } = rate(target);
  return { value: rateIn(unit, bits), unit: `of ${value} ${unit}` };
}

function said(bits: number): string {
  const { value, unit } = rate(bits);
  return `${value} ${unit}`;
}
