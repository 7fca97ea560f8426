// Counts the records of a zone file of any size by type, holding one piece of it at a time.
// Run: node examples/dns/zoneStream.ts examples/dns/example.zone
import { createReadStream } from "node:fs";
import { typeText, ZoneFileReader } from "../../src/dns/index.ts";

const [file = ""] = process.argv.slice(2);
const counts = new Map<string, number>();
const reader = new ZoneFileReader({ file }, ({ type }) => {
  counts.set(typeText(type), (counts.get(typeText(type)) ?? 0) + 1);
});
for await (const piece of createReadStream(file, "utf8")) reader.push(String(piece));
const problems = reader.finish();
for (const [type, count] of counts) console.log(`${type} ${count}`);
console.log(`${problems.length} problems`);
