// Loads guard with one safeguard taken out: node --import ./sim/guard/mutations/hook.ts … with
// HOLDFAST_GUARD_MUTATION=<id>; without it nothing is changed.
import { loadEdits } from "../../mutations/loadEdits.ts";
import { GUARD_MUTATIONS } from "./mutations.table.ts";

const wanted = process.env["HOLDFAST_GUARD_MUTATION"];

if (wanted !== undefined) {
  const mutation = GUARD_MUTATIONS.find(({ id }) => id === wanted);
  if (mutation === undefined)
    throw new Error(`Cannot take out "${wanted}" as there is no such one`);
  loadEdits(mutation.edits);
}
