import { ENACT_MUTATIONS } from "./enactMutations.table.ts";
import type { Mutation } from "./mutation.ts";
import { SERVER_MUTATIONS } from "./serverMutations.table.ts";
import { STORE_MUTATIONS } from "./storeMutations.table.ts";

/** Every safeguard, taken out one at a time. */
export const MUTATIONS: readonly Mutation[] = [
  ...ENACT_MUTATIONS,
  ...STORE_MUTATIONS,
  ...SERVER_MUTATIONS,
];
