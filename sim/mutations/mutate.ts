import type { Edit, Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.table.ts";

/** The mutation of this id. Throws where there is none. */
export function mutationOf(id: string): Mutation {
  const found = MUTATIONS.find((mutation) => mutation.id === id);
  if (found === undefined) throw new Error(`Cannot take out "${id}" as no mutation has that name`);
  return found;
}

/** Parts of a mutation that can be taken out. */
const PARTS = ["all", "safeguard", "stand-ins"] as const;
export type Part = (typeof PARTS)[number];

/** Whether a text names a part. */
export function isPart(text: string): text is Part {
  return PARTS.some((part) => part === text);
}

/** What is changed: the safeguard, what would stand in for it, or both. */
export function editsOf(id: string, part: Part): readonly Edit[] {
  const { edits, standIns = [] } = mutationOf(id);
  if (part === "safeguard") return edits;
  return part === "stand-ins" ? standIns : [...edits, ...standIns];
}

/** A file's text with its edits made. Throws where one is not there exactly once. */
export function mutated(text: string, file: string, edits: readonly Edit[]): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((changed, { find, replace }) => {
      const times = changed.split(find).length - 1;
      if (times !== 1) {
        const problem = `it must be there once: it is ${times} times\n${find}`;
        throw new Error(`Cannot change ${file} as ${problem}`);
      }
      return changed.replace(find, () => replace);
    }, text);
}
