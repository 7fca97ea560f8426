export type { Belief } from "../machine/belief.ts";
export type { GuardEvent, HeldName } from "../machine/guardEvent.ts";
export { DEFAULT_POLICY, type GuardPolicy } from "../machine/policy.ts";
export type { UpstreamServer } from "../upstream/exchange.ts";
export type { ProofSettings } from "./addressProver.ts";
export type { SearchEvent } from "./guardedLookup.ts";
export type { GuardOptions, NamePolicy } from "./guardOptions.ts";
export type { FileEvent } from "./memoryKeeper.ts";
export { type OpenedGuard, openGuard } from "./openGuard.ts";
