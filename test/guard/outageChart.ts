// The chart of one run: of the requests of each client, how many succeeded, over that day's time.
import { readFileSync } from "node:fs";
import { scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { z } from "zod";
import { type Markup, markup } from "../../sim/drill/page/markup.ts";
import { type ClientRun, type OutageRun, shareText } from "./outageRun.ts";

/** The run that the docs show, and its chart. */
export const OUTAGE_FILE = new URL("../../docs/guard-outage.json", import.meta.url);
export const OUTAGE_CHART = new URL("../../docs/guard-outage.svg", import.meta.url);

const WIDTH = 880;
const LEFT = 20;
const RIGHT = 20;
const TOP = 64;
const ROW_HEIGHT = 44;
const ROW_STEP = 76;
/** 06:48 (UTC), in minutes of the day. */
const EMPTIED_AT = 6 * 60 + 48;

const run = z.object({
  factor: z.number(),
  emptiedMinutes: z.number(),
  restoredMinutes: z.number(),
  minutes: z.number(),
  clients: z.array(
    z.object({
      what: z.string(),
      asked: z.int(),
      answered: z.int(),
      parts: z.array(z.tuple([z.int(), z.int()])),
    }),
  ),
});

/** A run as it was written. */
export function readOutageRun(file: URL): OutageRun {
  return run.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** The chart, as one SVG that stands by itself. */
export function outageChart(outage: OutageRun): string {
  const { clients, minutes, emptiedMinutes, restoredMinutes, factor } = outage;
  const height = TOP + ROW_STEP * clients.length + 34;
  const x = scaleLinear([0, minutes], [LEFT, WIDTH - RIGHT]);
  const bottom = TOP + ROW_STEP * clients.length - 12;
  const [from, to] = [x(emptiedMinutes), x(restoredMinutes)];
  const words = clients.map((client) => `${client.what}: ${shareText(client)}.`).join(" ");
  const text = `Requests that succeeded while the name was empty. ${words}`;
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}"
 role="img" aria-labelledby="title text" font-family="system-ui, sans-serif">
<title id="title">Requests that succeed while a name has no addresses</title>
<desc id="text">${text}</desc>
<rect width="${WIDTH}" height="${height}" fill="#fbfaf7"/>
<text x="${LEFT}" y="26" font-size="17" font-weight="650" fill="#1b1f24">
Requests that succeed</text>
<rect x="${from}" y="38" width="${to - from}" height="${bottom - 38}" fill="#f3dcd3"/>
<text x="${(from + to) / 2}" y="53" font-size="12" fill="#b3350f" text-anchor="middle">
the name is empty</text>
${clients.map((client, row) => rowOf(client, TOP + row * ROW_STEP, minutes, x))}
${axis(outage, x, bottom)}
<text x="${WIDTH - RIGHT}" y="26" font-size="12" fill="#565d66" text-anchor="end">
BIND, unbound, HTTPS, ${factor} times as fast as on 20 October 2025 (UTC)</text>
</svg>
`;
  return svg.text;
}

type Scale = (minutes: number) => number;

function rowOf(client: ClientRun, y: number, minutes: number, x: Scale): Markup {
  const { what, parts } = client;
  const width = minutes / parts.length;
  const base = y + 16 + ROW_HEIGHT;
  const tops = [...parts, parts.at(-1) ?? [0, 0]].map(([asked, answered], part) => {
    return { at: x(part * width), share: asked === 0 ? undefined : answered / asked };
  });
  const drawn = area<(typeof tops)[number]>()
    .defined(({ share }) => share !== undefined)
    .curve(curveStepAfter)
    .x(({ at }) => Math.round(at * 10) / 10)
    .y0(base)
    .y1(({ share = 0 }) => Math.round((base - share * ROW_HEIGHT) * 10) / 10);
  const fill = what.startsWith("with guard") ? "#0e8a74" : "#8a5a00";
  return markup`<text x="${LEFT}" y="${y + 10}" font-size="13" font-weight="650"
 fill="#1b1f24">${what}</text>
<text x="${WIDTH - RIGHT}" y="${y + 10}" font-size="13" fill="#1b1f24" text-anchor="end">
${shareText(client)}</text>
<path d="${drawn(tops) ?? ""}" fill="${fill}"/>
<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${base}" y2="${base}" stroke="#565d66"/>`;
}

function axis({ minutes, emptiedMinutes }: OutageRun, x: Scale, y: number): Markup {
  const first = Math.ceil((EMPTIED_AT - emptiedMinutes) / 30) * 30;
  const ticks: Markup[] = [];
  for (let at = first; at - EMPTIED_AT + emptiedMinutes <= minutes; at += 30) {
    const left = x(at - EMPTIED_AT + emptiedMinutes);
    const [hours, minute] = [Math.floor(at / 60), at % 60].map((part) =>
      `${part}`.padStart(2, "0"),
    );
    const clock = `${hours}:${minute}`;
    ticks.push(markup`<line x1="${left}" x2="${left}" y1="${y}" y2="${y + 5}" stroke="#565d66"/>
<text x="${left}" y="${y + 20}" font-size="12" fill="#565d66" text-anchor="middle">
${clock}</text>`);
  }
  return markup`${ticks}`;
}
