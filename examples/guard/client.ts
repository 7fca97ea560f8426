// Guards one client of a process, with a policy of its own and a memory that survives restarts.
// Run: node examples/guard/client.ts https://example.com/ guard.memory
import { once } from "node:events";
import https from "node:https";
import { openGuard } from "../../src/guard/library/index.ts";

const [url = "https://example.com/", file] = process.argv.slice(2);
const guard = openGuard({
  ...(file === undefined ? {} : { file }),
  policy: { confirmMs: 60_000, holdMsMax: 6 * 3_600_000 },
  names: { "experiments.example.com": { isGuarded: false } },
});
const request = https.get(url, { lookup: guard.lookup });
try {
  const [response] = await once(request, "response");
  console.log(response.statusCode);
  response.resume();
} catch (error) {
  console.error(`Cannot get ${url}: ${String(error)}`);
  process.exitCode = 1;
} finally {
  guard.close();
}
