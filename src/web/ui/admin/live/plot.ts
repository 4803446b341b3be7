/** One uPlot, dressed in our tokens. What it draws comes from outside; it knows no units and no words. */
import uPlot from "uplot";

export interface PlotData {
  /** Seconds since 1970. */
  times: number[];
  values: (number | null)[];
  target: number | null;
  top: number;
  from: number;
  to: number;
}

const HEIGHT = 96;

interface Colours {
  line: string;
  fill: string;
  grid: string;
  muted: string;
}

export class Plot {
  private readonly chart: uPlot;
  private readonly resize: ResizeObserver;
  private colours: Colours;
  private data: PlotData = { times: [], values: [], target: null, top: 1, from: 0, to: 1 };

  constructor(
    private readonly place: HTMLElement,
    private readonly colour: "accent" | "ok",
    onPoint: (index: number | null) => void,
  ) {
    this.colours = this.read();
    this.chart = new uPlot(this.options(onPoint), [[], [], []], place);
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(place);
  }

  show(data: PlotData): void {
    this.data = data;
    const { times, values, target } = data;
    this.chart.setData([times, values, times.map(() => target)]);
  }

  recolour(): void {
    this.colours = this.read();
    this.chart.redraw(false);
  }

  /** Puts the cursor on a value, as a mouse would. */
  point(index: number): void {
    const time = this.data.times[index];
    if (time === undefined) return;
    this.chart.setCursor({ left: this.chart.valToPos(time, "x"), top: HEIGHT / 2 });
  }

  leave(): void {
    this.chart.setCursor({ left: -10, top: -10 });
  }

  /** Where a value stands from left to right, 0 to 1. */
  share(index: number | null): number {
    const time = index === null ? undefined : this.data.times[index];
    if (time === undefined) return 1;
    return (time - this.data.from) / (this.data.to - this.data.from);
  }

  destroy(): void {
    this.resize.disconnect();
    this.chart.destroy();
  }

  private fit(): void {
    const width = Math.floor(this.place.clientWidth);
    if (width > 0) this.chart.setSize({ width, height: HEIGHT });
  }

  private options(onPoint: (index: number | null) => void): uPlot.Options {
    return {
      width: Math.max(1, this.place.clientWidth),
      height: HEIGHT,
      padding: [1, 0, 1, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 8, width: 2 } },
      scales: {
        x: { time: true, range: () => [this.data.from, this.data.to] },
        y: { range: () => [0, this.data.top] },
      },
      axes: [
        { show: false },
        {
          size: 0,
          ticks: { show: false },
          values: () => [],
          splits: () => [0, this.data.top / 2, this.data.top],
          grid: { stroke: () => this.colours.grid, width: 1 },
        },
      ],
      series: [
        {},
        {
          stroke: () => this.colours.line,
          fill: () => this.colours.fill,
          width: 1.5,
          points: { show: false },
          spanGaps: false,
        },
        { stroke: () => this.colours.muted, width: 1, dash: [4, 4], points: { show: false } },
      ],
      hooks: {
        setCursor: [({ cursor }) => onPoint((cursor.left ?? -1) < 0 ? null : (cursor.idx ?? null))],
      },
    };
  }

  /** A canvas knows no tokens: what they come to is read from an element. */
  private read(): Colours {
    const probe = document.createElement("span");
    this.place.append(probe);
    const resolved = (token: string) => {
      probe.style.color = `var(--${token})`;
      return getComputedStyle(probe).color;
    };
    const line = resolved(this.colour);
    const colours = {
      line,
      fill: line.replace(/^rgb\((.+)\)$/, "rgba($1, 0.14)"),
      grid: resolved("line"),
      muted: resolved("muted"),
    };
    probe.remove();
    return colours;
  }
}
