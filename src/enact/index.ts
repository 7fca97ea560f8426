export { decide, EDITION_MAX, EPOCHS_AHEAD_MAX } from "./decide.ts";
export type {
  Decision,
  DecisionFacts,
  QuarantineWhy,
  ReadReading,
  WriteWhy,
} from "./decision.ts";
export { EnactError, type EnactFault } from "./enactError.ts";
export type { HighWaterMark } from "./highWaterMark.ts";
export { contentOf, type Holdings, holdingsOf } from "./holdings.ts";
export { answering, endpointRRsets, isForeignType } from "./match.ts";
export { PREFERENCE_DELAY_MS, rankOf } from "./rank.ts";
export type { EnactorReport, EndpointTrouble, OverrideSeen, StoreReport } from "./report.ts";
export { Enactor, type EnactorOptions } from "./service.ts";
