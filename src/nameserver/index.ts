export { answerMessage } from "./answer/answer.ts";
export type { Asker } from "./answer/resolve.ts";
export type { NameserverReport, Transport, ZoneReport } from "./counters.ts";
export { Nameserver } from "./nameserver.ts";
export { NameserverError, type NameserverFault } from "./nameserverError.ts";
export type { NameserverParts, NameserverSettings } from "./nameserverParts.ts";
export { NO_RATE_LIMIT, type RateLimit } from "./serve/rateLimitTable.ts";
export type { ServePlan } from "./serve/servePlan.ts";
export { threadServer } from "./serve/threadServer.ts";
export { type UdpReport, UdpService, type UdpServiceParts } from "./serve/udpService.ts";
export { parentsWish } from "./sign/apexKeys.ts";
export {
  encodeOrder as encodeSigningOrder,
  orderFile as signingOrderFile,
  type SigningOrder,
} from "./sign/orders.ts";
export {
  type DnssecReport,
  type DnssecZoneReport,
  zoneReport as zoneSigningReport,
} from "./sign/report.ts";
export {
  decodeBook as decodeSigningBook,
  SIGNING_FILE,
  type SigningBook,
} from "./sign/signingFile.ts";
export { shownEndsSeconds as stageEndsSeconds } from "./sign/stages.ts";
export type { Stage as SigningStage, ZoneSigning } from "./sign/zoneSigning.ts";
export { type BulkZone, bulkLoad } from "./state/bulkLoad.ts";
export { editState, type StateEditor } from "./state/editState.ts";
export { DENIAL_SECONDS_MAX, NAME_OCTETS_HELD_MAX } from "./update/rules/judgeUpdate.ts";
export type { Refusal, Rule } from "./update/rules/refusal.ts";
export type { UpdateRights, UpdateScope } from "./update/scopes.ts";
export type { UpdateOutcome } from "./update/updateOutcome.ts";
export type { ZoneSetup } from "./zone/zoneSetup.ts";
