import { scaleUtc } from "d3-scale";
import { clockText } from "../replay.ts";
import { type Markup, markup } from "./markup.ts";

/** A chart is drawn twice: for a desk and for a phone, so that its words are legible on both. */
export interface Size {
  readonly id: "wide" | "narrow";
  readonly width: number;
  readonly left: number;
  readonly right: number;
}

export const SIZES: readonly Size[] = [
  { id: "wide", width: 880, left: 44, right: 14 },
  { id: "narrow", width: 340, left: 34, right: 8 },
];

/** Half of the width of a label of time. */
const LABEL_HALF = 28;

/** What a chart says to those who cannot see it. */
export interface Described {
  /** Unique on the page; of letters and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** A drawing at one size. */
export type Draw = (size: Size) => { readonly height: number; readonly body: Markup };

/** One chart in both sizes; the stylesheet shows the one that fits. */
export function chart({ id, title, description }: Described, draw: Draw): Markup {
  const drawings = SIZES.map((size) => {
    const { height, body } = draw(size);
    const key = `${id}-${size.id}`;
    return markup`<svg class="chart ${size.id}" viewBox="0 0 ${size.width} ${height}" role="img"
 aria-labelledby="${key}-title ${key}-text">
<title id="${key}-title">${title}</title><desc id="${key}-text">${description}</desc>
${body}</svg>`;
  });
  return markup`${drawings}`;
}

/** Milliseconds to a place across the chart. */
export function timeScale(size: Size, fromMs: number, toMs: number) {
  return scaleUtc([fromMs, toMs], [size.left, size.width - size.right]);
}

/** The line of time below a chart, with a few words of it. */
export function timeAxis(
  size: Size,
  scale: ReturnType<typeof timeScale>,
  y: number,
  text: (atMs: number) => string = clockText,
): Markup {
  const ticks = scale.ticks(size.id === "wide" ? 8 : 4).map((date) => {
    const x = scale(date);
    // A word at the edge is drawn inwards: outside there is no room.
    const isLast = x > size.width - LABEL_HALF;
    const anchor = isLast ? "end" : x < LABEL_HALF ? "start" : "middle";
    return markup`<line class="tick" x1="${x}" x2="${x}" y1="${y}" y2="${y + 4}"/>
<text class="axis" x="${x}" y="${y + 17}" text-anchor="${anchor}">${text(date.getTime())}</text>`;
  });
  return markup`<line class="tick" x1="${size.left}" x2="${size.width - size.right}"
 y1="${y}" y2="${y}"/>${ticks}`;
}
