// Asks a running examples/aws for every name and compares whole sets with the newest plan.
// Run: node examples/aws/verify.ts [API URL] [DNS address:port]
import { verifyNames } from "./verifyNames.ts";

const [apiUrl = "http://127.0.0.1:8054", server = "127.0.0.1:5301"] = process.argv.slice(2);
const startedMs = performance.now();
const { generation, endpoints, sets, wrong } = await verifyNames(apiUrl, server);
for (const line of wrong.slice(0, 20)) console.log(line);
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
console.log(
  `plan ${generation}: ${endpoints} endpoints, ${sets} RRsets asked for in ${seconds} s, ` +
    `${wrong.length} wrong`,
);
process.exitCode = wrong.length === 0 && sets > 0 ? 0 : 1;
