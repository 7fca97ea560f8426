export { type Asker, answerMessage } from "./answer.ts";
export type { UpdateOutcome } from "./committer.ts";
export type { NameserverReport, Transport, ZoneReport } from "./counters.ts";
export { editState, type StateEditor } from "./editState.ts";
export { Nameserver, type NameserverParts } from "./nameserver.ts";
export { NameserverError, type NameserverFault } from "./nameserverError.ts";
export { DENIAL_SECONDS_MAX, NAME_OCTETS_HELD_MAX } from "./rules/judgeUpdate.ts";
export type { Refusal, Rule } from "./rules/refusal.ts";
export type { ZoneSetup } from "./zoneSetup.ts";
