export { type Asker, answerMessage } from "./answer/answer.ts";
export type { NameserverReport, Transport, ZoneReport } from "./counters.ts";
export { Nameserver, type NameserverParts } from "./nameserver.ts";
export { NameserverError, type NameserverFault } from "./nameserverError.ts";
export { editState, type StateEditor } from "./state/editState.ts";
export type { UpdateOutcome } from "./update/committer.ts";
export { DENIAL_SECONDS_MAX, NAME_OCTETS_HELD_MAX } from "./update/rules/judgeUpdate.ts";
export type { Refusal, Rule } from "./update/rules/refusal.ts";
export type { ZoneSetup } from "./zone/zoneSetup.ts";
