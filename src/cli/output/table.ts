import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";

/** Widest output: fits a page, a ticket and half a screen. */
export const COLUMNS_MAX = 100;
const GAP = 2;
/** Narrower than this a column says nothing. */
const COLUMN_MIN = 8;
/** The last column is prose: it gives up its width first, down to this. Names are copied whole. */
const PROSE_MIN = 20;

/**
 * A table without lines around it, at most {@link COLUMNS_MAX} columns wide: the last column
 * is cut first, then the widest ones. Cells may be painted; each is one line.
 */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = fit(head.map((title, index) => widthOf(title, rows, index)));
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], "padding-left": 0, "padding-right": GAP, compact: true },
    chars: NO_LINES,
    colWidths: widths.map((width) => width + GAP),
    truncate: "…",
  });
  for (const row of rows) table.push([...row]);
  const lines = table.toString().split("\n");
  return lines.map((line) => line.replace(/\s+$/, "")).join("\n");
}

const NO_LINES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "" },
  ...{ right: "", "right-mid": "", middle: "" },
};

function widthOf(title: string, rows: readonly (readonly string[])[], index: number): number {
  return rows.reduce(
    (widest, row) => Math.max(widest, stripVTControlCharacters(row[index] ?? "").length),
    title.length,
  );
}

// Where the prose alone does not make room, the widest are cut to one width, as wide as it goes.
function fit(all: readonly number[]): number[] {
  const room = COLUMNS_MAX - GAP * (all.length - 1);
  const over = all.reduce((sum, width) => sum + width, 0) - room;
  const prose = all.at(-1) ?? 0;
  const widths = [...all.slice(0, -1), Math.min(prose, Math.max(PROSE_MIN, prose - over))];
  for (let cap = room; cap > COLUMN_MIN; cap -= 1) {
    const cut = widths.map((width) => Math.min(width, cap));
    if (cut.reduce((sum, width) => sum + width, 0) <= room) return cut;
  }
  return widths.map((width) => Math.min(width, COLUMN_MIN));
}
