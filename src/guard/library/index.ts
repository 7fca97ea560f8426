export type { Belief } from "../machine/belief.ts";
export type { GuardEvent, HeldName } from "../machine/guardEvent.ts";
export { DEFAULT_POLICY, type GuardPolicy } from "../machine/policy.ts";
export type { UpstreamServer } from "../upstream/exchange.ts";
export type { ProofSettings } from "./addressProver.ts";
export {
  type FileEvent,
  type GuardOptions,
  type NamePolicy,
  type OpenedGuard,
  openGuard,
} from "./openGuard.ts";
