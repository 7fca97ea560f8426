import { scaleLinear } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";
import type { AvailabilityPoint } from "../dependents.ts";
import type { DependentReplay, Replay } from "../replay.ts";
import { chart, type Size, timeAxis, timeScale } from "./frame.ts";
import { type Markup, markup } from "./markup.ts";

const TOP = 12;
const HEIGHT = 130;

/** How much of its use one kind of dependents could serve, under each design. */
export function dependentsChart(replay: Replay, { dependent, curves }: DependentReplay): Markup {
  const described = {
    id: `available-${dependent.id}`,
    title: `${dependent.title}: availability`,
    description: curves
      .map(({ design, points }) => `${titleOf(replay, design)}: ${lowText(points)}.`)
      .join(" "),
  };
  return chart(described, (size) => {
    const x = timeScale(size, replay.startMs, replay.dependentsEndMs);
    const y = scaleLinear([0, 1], [TOP + HEIGHT, TOP]);
    const path = line<AvailabilityPoint>()
      .x(({ atSeconds }) => x(replay.startMs + atSeconds * 1000))
      .y(({ available }) => y(available))
      .curve(curveMonotoneX);
    const drawn = curves.map(
      ({ design, points }) => markup`<path class="line d${design}" d="${path(points) ?? ""}"/>`,
    );
    const body = markup`${rules(size, y)}${drawn}${timeAxis(size, x, TOP + HEIGHT + 4)}`;
    return { height: TOP + HEIGHT + 30, body };
  });
}

function rules(size: Size, y: (share: number) => number): Markup {
  return markup`${[0, 0.5, 1].map(
    (share) => markup`<line class="rule" x1="${size.left}" x2="${size.width - size.right}"
 y1="${y(share)}" y2="${y(share)}"/><text class="axis" x="${size.left - 6}" y="${y(share) + 4}"
 text-anchor="end">${100 * share}%</text>`,
  )}`;
}

function lowText(points: readonly AvailabilityPoint[]): string {
  const low = Math.min(...points.map(({ available }) => available));
  return `lowest at ${Math.round(100 * low)} %`;
}

function titleOf({ designs }: Replay, id: string): string {
  return designs.find((design) => design.id === id)?.title ?? id;
}
