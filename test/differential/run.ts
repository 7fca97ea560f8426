// Compares our answers with those of NSD and Knot, for as many questions as one likes.
// Run: node test/differential/run.ts --questions 200000 --seed 7 [--threads 0] [--signed]
//   [--show 9]
import { parseArgs } from "node:util";
import { differenceText } from "./compare.ts";
import { compareServers } from "./comparison.ts";

const { values } = parseArgs({
  options: {
    questions: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    show: { type: "string", default: "20" },
    threads: { type: "string", default: "1" },
    signed: { type: "boolean", default: false },
  },
});
const report = await compareServers({
  questions: Number(values.questions),
  seed: Number(values.seed),
  threads: Number(values.threads),
  isSigned: values.signed,
});
console.log(`${report.asked} questions, seed ${values.seed}`);
for (const [why, count] of report.explained) console.log(`${String(count).padStart(8)}  ${why}`);
console.log(`${report.unexplained.length} differences without an explanation`);
for (const { asked, peer, ours, theirs } of report.unexplained.slice(0, Number(values.show))) {
  console.log(differenceText(asked, peer, ours, theirs));
}
for (const text of report.unproved.slice(0, Number(values.show))) console.log(text);
console.log(`${report.unproved.length} denials without a proof`);
process.exitCode = report.unexplained.length + report.unproved.length === 0 ? 0 : 1;
