// The tables that are printed, and the block of docs/performance.md.
import { short } from "./bench.ts";
import { type Measured, median, ratioOf, type Verdict } from "./figures.ts";
import { SERVERS } from "./servers/allServers.ts";
import type { ServerId } from "./servers/serverKind.ts";

/** How and on what a table was measured. */
export interface Circumstances {
  readonly command: string;
  readonly machine: string;
  readonly date: string;
  readonly runs: number;
  readonly versions: readonly string[];
}

/** The table, as Markdown. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map((verdict) => {
    const { row, work, rule, unit, ours, limit, isRate } = verdict;
    const ratio = ratioOf(verdict);
    const sense = isRate ? "at least" : "at most";
    const holds = Number.isNaN(ratio) ? "not measured" : ratio <= 1 ? "yes" : "**no**";
    const figures = `${short(ours)} ${unit} | ${sense} ${short(limit)} ${unit}`;
    return `| ${row} | ${work} | ${rule} | ${figures} | ${short(ratio)} | ${holds} |`;
  });
  return [
    "| row | work | rule | ours | limit | of the limit | holds |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** Medians of every figure of every server, as Markdown. */
export function figureTable({ title, samples }: Measured): string {
  const names = [...new Set([...samples.values()].flat().flatMap((trial) => Object.keys(trial)))];
  const rows = [...samples].map(([id, trials]) => {
    const cells = names.map((name) => {
      const values = trials.flatMap((trial) => trial[name] ?? []);
      return short(median(values));
    });
    return `| ${SERVERS[id as ServerId].title} | ${cells.join(" | ")} |`;
  });
  return [
    `${title}:`,
    "",
    `| | ${names.join(" | ")} |`,
    `| ---${" | ---".repeat(names.length)} |`,
    ...rows,
  ].join("\n");
}

/** All tables with what they were measured on. */
export function reportText(measured: readonly Measured[], how: Circumstances): string {
  return [
    `Medians of ${how.runs} runs each, in turns, by \`${how.command}\` on ${how.date};`,
    `${how.machine}; ${how.versions.join(", ")}.`,
    "",
    verdictTable(measured.flatMap(({ verdicts }) => verdicts)),
    "",
    measured.map(figureTable).join("\n\n"),
  ].join("\n");
}

/** A page with a bench's block replaced, or, where it has none, put at its end. */
export function withBlock(page: string, block: string, bench = "bench/serve"): string {
  const begin = `<!-- ${bench}: begin -->`;
  const end = `<!-- ${bench}: end -->`;
  const whole = `${begin}\n${block}\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) return `${page.trimEnd()}\n\n${whole}\n`;
  return page.slice(0, from) + whole + page.slice(to + end.length);
}
