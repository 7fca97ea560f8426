// Runs worlds until one fails by a check, with whatever mutation was loaded, and prints it as JSON:
// node --import ./sim/guard/mutations/hook.ts sim/guard/mutations/searchOne.ts CHECK FIRST COUNT
import { drawScene } from "../drawScene.ts";
import { runScene } from "../world.ts";

const [check = "", first = "0", count = "1"] = process.argv.slice(2);
let found: { readonly seed: number; readonly check: string } | undefined;
for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  const { violation } = await runScene(drawScene(seed));
  if (violation !== undefined) found ??= { seed, check: violation.check };
  if (violation?.check !== check) continue;
  found = { seed, check };
  break;
}
process.stdout.write(JSON.stringify(found ?? {}));
