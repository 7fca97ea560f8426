// Loads the shipped source with one safeguard taken out: node --import ./sim/mutations/hook.ts …
// with HOLDFAST_MUTATION=<id>. Without it nothing is changed; with HOLDFAST_MUTATION_PART=stand-ins
// only what would stand in for the safeguard is taken out, with =safeguard only the safeguard.
import { loadEdits } from "./loadEdits.ts";
import { editsOf, isPart } from "./mutate.ts";

const id = process.env["HOLDFAST_MUTATION"];

if (id !== undefined) {
  const part = process.env["HOLDFAST_MUTATION_PART"] ?? "all";
  if (!isPart(part)) throw new Error(`Cannot take out part "${part}": there is none`);
  loadEdits(editsOf(id, part));
}
