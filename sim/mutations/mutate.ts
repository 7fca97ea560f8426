import type { Edit, Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.table.ts";

/** The mutation of this id. Throws where there is none. */
export function mutationOf(id: string): Mutation {
  const found = MUTATIONS.find((mutation) => mutation.id === id);
  if (found === undefined) throw new Error(`Cannot take out "${id}" as no mutation has that name`);
  return found;
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
