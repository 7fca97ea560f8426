// Compares our nameserver with its peers, side by side. Run: node bench/serve/run.ts --help
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bench } from "./bench.ts";
import { moveToLoadCore } from "./cores.ts";
import type { Measured } from "./figures.ts";
import { machineText } from "./machineText.ts";
import { type BenchOptions, HELP, readOptions } from "./options.ts";
import { type Circumstances, reportText, withBlock } from "./report.ts";
import { million, tenThousand, weightedChoice } from "./rows/queries.ts";
import { secondaryDelay } from "./rows/secondary.ts";
import { transfers } from "./rows/transfer.ts";
import { busyLatency, updateRates } from "./rows/updates.ts";
import { SERVERS } from "./servers/allServers.ts";
import { Workshop } from "./workshop.ts";

const DOCS = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));

const words = process.argv.slice(2);
const options = readOptions(words);
if (options === undefined) console.log(HELP);
else await main(options);

async function main(asked: BenchOptions): Promise<void> {
  moveToLoadCore();
  const workshop = Workshop.open(asked.keepsFiles);
  const bench: Bench = { options: asked, workshop, say: (text) => console.error(text) };
  try {
    const measured = await measureAll(bench);
    const how = circumstances(asked);
    const text = reportText(measured, how);
    console.log(text);
    if (asked.json !== undefined) writeFileSync(asked.json, jsonText(measured, how));
    if (asked.writesDocs) writeFileSync(DOCS, withBlock(readFileSync(DOCS, "utf8"), text));
  } finally {
    if (asked.keepsFiles) console.error(`files: ${workshop.folder}`);
    workshop.remove();
  }
}

async function measureAll(bench: Bench): Promise<readonly Measured[]> {
  const { rows } = bench.options;
  const asks = (...some: number[]): boolean => some.some((row) => rows.has(row));
  const measured: Measured[] = [];
  if (asks(1)) measured.push(await tenThousand(bench));
  if (asks(2)) measured.push(await weightedChoice(bench));
  if (asks(3, 4, 5)) measured.push(await million(bench));
  if (asks(6)) measured.push(await busyLatency(bench));
  if (asks(7)) measured.push(await updateRates(bench));
  if (asks(8)) measured.push(await secondaryDelay(bench));
  if (asks(9)) {
    const busy = measured.flatMap(({ verdicts }) => verdicts).find(({ row }) => row === 6);
    measured.push(await transfers(bench, busy?.limit));
  }
  return measured;
}

function circumstances(asked: BenchOptions): Circumstances {
  return {
    command: ["node bench/serve/run.ts", ...tellable(words)].join(" "),
    machine: machineText(),
    date: new Date().toISOString().slice(0, 10),
    runs: asked.runs,
    versions: [...asked.servers].map((id) => `${SERVERS[id].title} ${SERVERS[id].version()}`),
  };
}

/** Without the file of this machine that figures were written to. */
function tellable(all: readonly string[]): readonly string[] {
  const at = all.indexOf("--json");
  return at === -1 ? all : all.filter((_, place) => place !== at && place !== at + 1);
}

function jsonText(measured: readonly Measured[], how: Circumstances): string {
  const tables = measured.map(({ title, samples, verdicts }) => {
    return { title, verdicts, samples: Object.fromEntries(samples) };
  });
  return `${JSON.stringify({ how, tables }, undefined, 2)}\n`;
}
