// Plays the evening of October 2025, and writes the run and its chart into the docs:
// node test/guard/outageChart.run.ts, as root. With --draw it draws the run that is there anew.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { OUTAGE_CHART, OUTAGE_FILE, outageChart, readOutageRun } from "./outageChart.ts";
import { runOutage, shareText } from "./outageRun.ts";

const { values } = parseArgs({ options: { draw: { type: "boolean", default: false } } });
if (!values.draw) {
  const played = await runOutage();
  const text = JSON.stringify(played, (_key, value: unknown) => {
    return typeof value === "number" ? Math.round(value * 100) / 100 : value;
  });
  writeFileSync(OUTAGE_FILE, `${text.replaceAll('{"what"', '\n{"what"')}\n`);
}
const run = readOutageRun(OUTAGE_FILE);
writeFileSync(OUTAGE_CHART, outageChart(run));
for (const client of run.clients) console.log(`| ${client.what} | ${shareText(client)} |`);
