// Reads a zone file, says where it is wrong, or writes it in canonical order.
// Run: node examples/dns/zoneFile.ts examples/dns/example.zone
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { collectRRsets, readZoneFile, sortRRsets, zoneFileText } from "../../src/dns/index.ts";

const [file = ""] = process.argv.slice(2);
const read = readZoneFile(readFileSync(file, "utf8"), {
  file,
  include: (path, from) => readFileSync(join(dirname(from), path), "utf8"),
});
if (read.kind === "malformed") {
  for (const { file, line, column, problem } of read.problems) {
    console.error(`${file}:${line}:${column}: ${problem}`);
  }
  process.exitCode = 1;
} else {
  process.stdout.write(zoneFileText(sortRRsets(collectRRsets(read.records))));
}
