import { scaleLinear } from "d3-scale";
import { curveStepAfter, line } from "d3-shape";
import {
  clockText,
  type DesignReplay,
  type Replay,
  secondText,
  type WriteMark,
} from "../replay.ts";
import { chart, type Size, timeAxis, timeScale } from "./frame.ts";
import { type Markup, markup } from "./markup.ts";

const TOP = 26;
const HEIGHT = 200;
const SHAPES = ["circle", "square", "diamond"] as const;

/** Which part of the time, and what of it. */
interface Window {
  readonly id: string;
  readonly title: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Single writes are worth a mark only where they lie apart. */
  readonly showsWrites: boolean;
}

interface Point {
  readonly atMs: number;
  readonly generation: number | undefined;
}

/** The generation that the name held all along, against the newest plan. */
export function generationsChart(replay: Replay, design: DesignReplay): Markup {
  return drawGenerations(replay, design, {
    id: "whole",
    title: "generation that the name answered from",
    fromMs: replay.startMs,
    toMs: replay.endMs,
    showsWrites: false,
  });
}

/** The moments of the race: every write of every enactor. */
export function raceChart(replay: Replay, design: DesignReplay): Markup {
  return drawGenerations(replay, design, {
    id: "race",
    title: "writes of each enactor",
    fromMs: replay.raceFromMs,
    toMs: replay.raceToMs,
    showsWrites: true,
  });
}

/** Enactors by the shape that stands for each. */
export function enactorKey(replay: Replay): Markup {
  const items = enactorsOf(replay).map((who, index) => {
    const shape = mark(SHAPES[index % SHAPES.length] ?? "circle", 8, 8, "applied");
    return markup`<li><svg class="key" viewBox="0 0 16 16" aria-hidden="true">${shape}</svg>
${who}</li>`;
  });
  const refused = mark("circle", 8, 8, "refused");
  return markup`<ul class="keys">${items}
<li><svg class="key" viewBox="0 0 16 16" aria-hidden="true">${refused}</svg>
hollow: refused, its condition no longer held</li>
<li><span class="swatch newest" aria-hidden="true"></span>newest plan</li>
<li><span class="swatch held" aria-hidden="true"></span>what the name holds</li></ul>`;
}

function drawGenerations(replay: Replay, design: DesignReplay, window: Window): Markup {
  const { fromMs, toMs } = window;
  const held = within(heldPoints(design), window);
  const newest = within(design.plans, window);
  const marks = marksIn(design, window);
  const range = rangeOf(replay, window);
  const described = {
    id: `${window.id}-${design.id}`,
    title: `${design.title}: ${window.title}`,
    description: describe(design, window),
  };
  const enactors = enactorsOf(replay);
  const text = window.showsWrites ? secondText : clockText;
  return chart(described, (size) => {
    const x = timeScale(size, fromMs, toMs);
    const y = scaleLinear(range, [TOP + HEIGHT, TOP]).nice(4);
    const step = line<Point>()
      .defined(({ generation }) => generation !== undefined)
      .x(({ atMs }) => x(atMs))
      .y(({ generation }) => y(generation ?? 0))
      .curve(curveStepAfter);
    const notes = lateWrites(marks).map(({ atMs, generation, text }) => {
      const isLeft = x(atMs) < size.width / 2;
      return markup`<text class="note" x="${x(atMs) + (isLeft ? 11 : -11)}"
 y="${y(generation) + 4}" text-anchor="${isLeft ? "start" : "end"}">${text}</text>`;
    });
    const shapes = marks.map(({ atMs, who, generation, outcome }) => {
      const shape = SHAPES[Math.max(0, enactors.indexOf(who)) % SHAPES.length] ?? "circle";
      return mark(shape, x(atMs), y(generation), outcome);
    });
    const body = markup`<text class="label d${design.id}" x="${size.left}" y="14">
${design.title}</text>${rules(size, y)}${emptiness(design, window, x)}
<path class="line newest" d="${step(newest) ?? ""}"/>
<path class="line held d${design.id}" d="${step(held) ?? ""}"/>
${shapes}${notes}${timeAxis(size, x, TOP + HEIGHT + 6, text)}`;
    return { height: TOP + HEIGHT + 32, body };
  });
}

function rules(size: Size, y: ReturnType<typeof scaleLinear<number, number>>): Markup {
  const ticks = y.ticks(4).filter(Number.isInteger);
  return markup`${ticks.map((generation) => {
    const at = y(generation);
    return markup`<line class="rule" x1="${size.left}" x2="${size.width - size.right}"
 y1="${at}" y2="${at}"/><text class="axis" x="${size.left - 6}" y="${at + 4}"
 text-anchor="end">${generation}</text>`;
  })}`;
}

/** Where the name is empty there is no line: the place is marked instead. */
function emptiness(
  { spans }: DesignReplay,
  { fromMs, toMs }: Window,
  x: ReturnType<typeof timeScale>,
): Markup {
  const boxes = spans.flatMap((span, index) => {
    const untilMs = Math.min(toMs, spans[index + 1]?.atMs ?? toMs);
    const sinceMs = Math.max(fromMs, span.atMs);
    if (span.state !== "empty" || untilMs <= sinceMs) return [];
    const width = Math.max(2, x(untilMs) - x(sinceMs));
    const word =
      width < 50
        ? undefined
        : markup`<text class="empty-word" x="${x(sinceMs) + width / 2}" y="${TOP + HEIGHT / 2}"
 text-anchor="middle">empty</text>`;
    return [
      markup`<rect class="bar empty faint" x="${x(sinceMs)}" y="${TOP}" width="${width}"
 height="${HEIGHT}"/>${word}`,
    ];
  });
  return markup`${boxes}`;
}

/** What the name held; where it gets empty, its line is drawn up to that moment. */
function heldPoints({ spans }: DesignReplay): readonly Point[] {
  return spans.flatMap(({ atMs, state, generation }, index): readonly Point[] => {
    if (state === "empty") return [{ atMs, generation: undefined }];
    const next = spans[index + 1];
    const point = { atMs, generation };
    return next?.state === "empty" ? [point, { atMs: next.atMs, generation }] : [point];
  });
}

function marksIn({ writes }: DesignReplay, { fromMs, toMs, showsWrites }: Window) {
  return showsWrites ? writes.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs) : [];
}

/** Writes of plans far behind what was written before them, with what to say of each. */
function lateWrites(marks: readonly WriteMark[]) {
  let highest = 0;
  return marks.flatMap(({ atMs, generation, outcome }) => {
    const before = highest;
    if (outcome === "applied") highest = Math.max(highest, generation);
    if (generation >= before - 1) return [];
    const isApplied = outcome === "applied";
    const text = isApplied
      ? `plan ${generation} over plan ${before}`
      : `plan ${generation}, too late: refused`;
    return [{ atMs, generation, text }];
  });
}

/** One range for all designs, so that their charts can be compared. */
function rangeOf({ designs }: Replay, window: Window): readonly [number, number] {
  const numbers = designs.flatMap((design) => {
    const held = within(heldPoints(design), window);
    const all = [...held, ...within(design.plans, window), ...marksIn(design, window)];
    return all.flatMap(({ generation }) => (generation === undefined ? [] : [generation]));
  });
  return [Math.min(...numbers), Math.max(...numbers) + 1];
}

/** Points of a window, with what held when it began and what still held when it ended. */
function within(points: readonly Point[], { fromMs, toMs }: Window): readonly Point[] {
  const before = points.findLast(({ atMs }) => atMs <= fromMs);
  const inside = points.filter(({ atMs }) => atMs > fromMs && atMs < toMs);
  const first = before === undefined ? [] : [{ ...before, atMs: fromMs }];
  const last = [...first, ...inside].at(-1);
  return [...first, ...inside, ...(last === undefined ? [] : [{ ...last, atMs: toMs }])];
}

function enactorsOf({ designs }: Replay): readonly string[] {
  const all = designs.flatMap(({ writes }) => writes.map(({ who }) => who));
  return [...new Set(all)].filter((who) => who.startsWith("enactor")).sort();
}

function mark(
  shape: (typeof SHAPES)[number],
  x: number,
  y: number,
  outcome: "applied" | "refused",
): Markup {
  const drawn = `mark ${outcome}`;
  if (shape === "circle") return markup`<circle class="${drawn}" cx="${x}" cy="${y}" r="5"/>`;
  const turn = shape === "diamond" ? `rotate(45 ${x.toFixed(2)} ${y.toFixed(2)})` : "";
  return markup`<rect class="${drawn}" x="${x - 4.5}" y="${y - 4.5}" width="9" height="9"
 transform="${turn}"/>`;
}

function describe(design: DesignReplay, { fromMs, toMs }: Window): string {
  const times = `From ${clockText(fromMs)} to ${clockText(toMs)}`;
  const back =
    design.backwards === 0
      ? "it never goes back to an older plan"
      : `it goes back to an older plan ${design.backwards} times`;
  const empty = design.emptyMs === 0 ? "and is never empty" : "and then has no addresses at all";
  return `${times} the name follows the newest plan; ${back}, ${empty}.`;
}
