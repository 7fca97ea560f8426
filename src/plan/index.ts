export { type Brake, type BrakeKind, brakesOn } from "./brakes.ts";
export { plannedContent, rollbackContent } from "./content.ts";
export {
  CONTROL_OCTETS_MAX,
  endpointOfFence,
  fenceName,
  gateName,
  seedName,
  weightsName,
} from "./controlNames.ts";
export { diffPlans, type EndpointDiff, type Moved, type PlanDiff, type RRsetDiff } from "./diff.ts";
export { type EntryContent, entryDigest, rrsetOf, rrsetsOf, weightsOf } from "./entry.ts";
export {
  type ExplainInputs,
  type Explanation,
  explainEndpoint,
  type TargetExplanation,
} from "./explain.ts";
export { FAR_AHEAD_MAX, FLOOR_MAX, isFarAhead } from "./farAhead.ts";
export {
  comparePositions,
  FENCE_OCTETS_MAX,
  FENCE_TTL_SECONDS,
  type Fence,
  fenceText,
  type ParsedFence,
  type Position,
  parseFence,
} from "./fence.ts";
export { type Gate, gateText, type ParsedGate, parseGate, SEED_TEXT } from "./gate.ts";
export { healthKey, type Inventory, type TargetHealth } from "./inventory.ts";
export { applyDelta, emptyPlan, planDigest } from "./line.ts";
export { mergeVantages, VANTAGE_FRESH_MS, type VantageResult } from "./mergeVantages.ts";
export type { Order, OrderKind, Override, Retirement, Revival, Rollback } from "./order.ts";
export type { OrderProblem } from "./orderBook.ts";
export { orderId } from "./orderId.ts";
export { checkOverride } from "./overrideCheck.ts";
export {
  CARRIED_IDS_MAX,
  type Generation,
  type NonEmpty,
  type Plan,
  type PlanDelta,
  type PlanEntry,
  type PlannedContent,
  type PlannedOverride,
  type PlannedRecord,
  type PlannedRRset,
  type ServingEntry,
  type TombstoneEntry,
} from "./plan.ts";
export { PlanError, type PlanFault } from "./planError.ts";
export {
  endpointsOutsidePolicy,
  makePlan,
  type PlannerInputs,
  type PlanOutcome,
} from "./planner.ts";
export type { EndpointMode } from "./plannerChoice.ts";
export type { Decision } from "./plannerDecide.ts";
export type { PlannerEvent, PlannerJournal } from "./plannerJournal.ts";
export type { Member } from "./plannerMember.ts";
export type { PlanNote } from "./plannerNotes.ts";
export type { OrdersReport, WaitingRetirement } from "./plannerOrders.ts";
export type { PlannerReport, PlannerSetup } from "./plannerReport.ts";
export { Planner } from "./plannerService.ts";
export type { CapacityLedger, ServedSince } from "./plannerVelocity.ts";
export type {
  AppendOutcome,
  CleanUpOutcome,
  EndedOverrides,
  EntryVersion,
  EpochSeen,
  HealthReport,
  PlanChanges,
  PlanHead,
  PlanRetention,
  PlanStore,
  PlanSummary,
  PolicyRevision,
  StoreHint,
} from "./planStore.ts";
export type {
  AddressType,
  Check,
  EndpointPolicy,
  Policy,
  Pool,
  Velocity,
  ZonePolicy,
} from "./policy.ts";
export type { Force, ForcedState, Target } from "./target.ts";
export {
  type ParsedWeights,
  parseWeights,
  RECORDS_PER_TYPE_MAX,
  WEIGHT_MAX,
  type Weights,
  weightsText,
} from "./weights.ts";
export {
  type EndpointWrite,
  type FenceFound,
  type GateFound,
  type Reading,
  UNFENCED_MAX,
  type WriteCondition,
  type WriteOutcome,
  type ZoneStore,
  type ZoneStoreAbilities,
} from "./zoneStore.ts";
