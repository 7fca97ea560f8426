import type { ForwarderStatus, HeldView } from "./forwarderStatus.ts";

const STYLE = [
  "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}",
  "table{border-collapse:collapse;width:100%}",
  "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}",
  "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#9cf}}",
].join("");

/** The status as a page: which names are being held up, since when, why, until when. */
export function pageOf({ held, counts, cache, entries, udp }: ForwarderStatus): string {
  const hits = counts.hits + counts.misses;
  const share = hits === 0 ? "-" : `${((100 * counts.hits) / hits).toFixed(1)} %`;
  const facts: readonly (readonly [string, string])[] = [
    ["queries", String(counts.udp + counts.tcp)],
    ["answered without an upstream", share],
    ["stale answers", String(counts.stale)],
    ["held answers", String(counts.held)],
    ["names and types remembered", String(entries)],
    [
      "UDP is answered by",
      udp.reason === undefined ? `${udp.threads} threads` : `one thread: ${udp.reason}`,
    ],
    ["memory of messages", `${toMib(cache.octets)} of ${toMib(cache.octetsMax)} MiB`],
  ];
  const rows = facts.map(([what, value]) => `<tr><th>${escaped(what)}</th>${cell(value)}</tr>`);
  return [
    "<!doctype html><html lang=en><meta charset=utf-8><title>Holdfast guard</title>",
    `<meta name=viewport content="width=device-width"><style>${STYLE}</style>`,
    `<h1>Holdfast guard</h1><h2>Names held up: ${held.length}</h2>`,
    held.length === 0 ? "<p>None: what upstreams say is what is served.</p>" : heldTable(held),
    `<h2>So far</h2><table>${rows.join("")}</table>`,
    '<p><a href="/status">JSON</a> · <a href="/metrics">metrics</a></p></html>',
  ].join("\n");
}

function heldTable(held: readonly HeldView[]): string {
  const heads = ["name", "type", "served", "upstream says", "since", "believed", "why"];
  const rows = held.map(({ name, type, values, denial, since, until, why }) => {
    const cells = [name, type, values.join(" "), denial, since, until, why].map(cell);
    return `<tr>${cells.join("")}</tr>`;
  });
  const head = heads.map((text) => `<th>${text}</th>`).join("");
  return `<table><tr>${head}</tr>${rows.join("")}</table>`;
}

function cell(text: string): string {
  return `<td>${escaped(text)}</td>`;
}

// Names are what clients asked for: anything.
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function toMib(octets: number): string {
  return (octets / 2 ** 20).toFixed(1);
}
