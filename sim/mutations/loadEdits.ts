import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { mutated } from "./mutate.ts";
import type { Edit } from "./mutation.ts";

const root = new URL("../../", import.meta.url);

/** Has whatever is loaded from now on loaded with these edits made. */
export function loadEdits(edits: readonly Edit[]): void {
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
