// Loads the shipped source with one safeguard taken out: node --import ./sim/mutations/hook.ts …
// with HOLDFAST_MUTATION=<id>. Without it nothing is changed; with HOLDFAST_MUTATION_PART=stand-ins
// only what would stand in for the safeguard is taken out, with =safeguard only the safeguard.
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { editsOf, isPart, mutated } from "./mutate.ts";

const root = new URL("../../", import.meta.url);
const id = process.env["HOLDFAST_MUTATION"];

if (id !== undefined) {
  const part = process.env["HOLDFAST_MUTATION_PART"] ?? "all";
  if (!isPart(part)) throw new Error(`Cannot take out part "${part}": there is none`);
  const edits = editsOf(id, part);
  const urls = new Map(edits.map(({ file }) => [new URL(file, root).href, file]));
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const file = urls.get(url);
      if (file === undefined) return loaded;
      const { source } = loaded;
      if (source === undefined || source === null) {
        throw new Error(`Cannot change ${fileURLToPath(url)} as its source must be given`);
      }
      const text = typeof source === "string" ? source : new TextDecoder().decode(source);
      return { ...loaded, source: mutated(text, file, edits) };
    },
  });
}
