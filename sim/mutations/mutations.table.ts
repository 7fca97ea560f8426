import { ENACT_MUTATIONS } from "./enactMutations.table.ts";
import type { Mutation } from "./mutation.ts";
import { ROW_MUTATIONS } from "./rowMutations.table.ts";
import { SERVER_MUTATIONS } from "./serverMutations.table.ts";
import { SERVICE_MUTATIONS } from "./serviceMutations.table.ts";
import { STORE_MUTATIONS } from "./storeMutations.table.ts";

/** Safeguards that belong together. */
export interface MutationGroup {
  readonly title: string;
  readonly mutations: readonly Mutation[];
}

export const GROUPS: readonly MutationGroup[] = [
  { title: "The write, and the enactor's machine", mutations: ENACT_MUTATIONS },
  { title: "The fence table", mutations: ROW_MUTATIONS },
  { title: "The enactor's service", mutations: SERVICE_MUTATIONS },
  { title: "Planner and plan store", mutations: STORE_MUTATIONS },
  { title: "Our nameserver's rules", mutations: SERVER_MUTATIONS },
];

/** Every safeguard, taken out one at a time. */
export const MUTATIONS: readonly Mutation[] = GROUPS.flatMap(({ mutations }) => mutations);
