// Plays a schedule of found.ts with its fix taken out: node sim/faulty.ts <its place in the list>.
// Prints the first invariant that did not hold; "none" where all held.
import { registerHooks } from "node:module";
import { FOUND } from "./found.ts";
import { mutated } from "./mutations/mutate.ts";

const found = FOUND[Number(process.argv[2])];
if (found === undefined) throw new Error(`Cannot play "${process.argv[2]}" as no schedule has it`);
const { schedule, without } = found;
const root = new URL("../", import.meta.url);
const files = new Map(without.map(({ file }) => [new URL(file, root).href, file]));
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const file = files.get(url);
    if (file === undefined || loaded.source === undefined || loaded.source === null) return loaded;
    const { source } = loaded;
    const text = typeof source === "string" ? source : new TextDecoder().decode(source);
    files.delete(url);
    return { ...loaded, source: mutated(text, file, without) };
  },
});
const { runSchedule } = await import("./runSchedule.ts");
const { OURS } = await import("./ours/ours.ts");
const { violations } = await runSchedule(OURS, schedule);
if (files.size > 0) throw new Error(`Cannot change ${[...files.values()]} as nothing loads it`);
console.log(violations[0]?.invariant ?? "none");
