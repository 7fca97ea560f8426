// Mutated packets at the decoders and at a running server, as many as one likes.
// Run: node test/fuzz/run.ts --packets 5000000 --seed 7 [--signed 100000]
//   [--server 200000 --threads 2]
import { parseArgs } from "node:util";
import { runDecoders } from "./decodersRun.ts";
import { runServer } from "./serverRun.ts";
import { runUpdates } from "./updatesRun.ts";

const { values } = parseArgs({
  options: {
    packets: { type: "string", default: "1000000" },
    server: { type: "string", default: "100000" },
    signed: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
  },
});
const seed = Number(values.seed);
const failures: string[] = [];
const decoders = runDecoders(Number(values.packets), seed);
failures.push(...decoders.failures);
console.log(`decoders: ${decoders.packets} packets, ${decoders.failures.length} failures`);
const { ratio, hex } = decoders.slowest;
console.log(`slowest: ${ratio.toFixed(1)} times the longest packet of the corpus: ${hex}`);
const updates = await runUpdates(Number(values.signed), seed);
failures.push(...updates.failures);
console.log(`signed: ${updates.replies} replies, ${updates.accepted} updates taken`);
console.log(`signed: ${updates.failures.length} failures`);
const server = await runServer(Number(values.server), seed, Number(values.threads));
failures.push(...server.failures);
console.log(`server: ${server.packets} packets, ${server.replies} replies`);
console.log(`server: replies by what made them: ${JSON.stringify(server.reached)}`);
console.log(`server: ${server.failures.length} failures, memory ${server.grownOctets} octets more`);
console.log(`server: ${server.residentGrownOctets} octets more of the whole process`);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
