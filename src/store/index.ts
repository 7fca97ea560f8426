export type { ActIntake, ActTaker, IntakeOutcome, OverrideClear } from "./intake.ts";
export { MemoryStore } from "./memory/memoryStore.ts";
export {
  PLAN_KEEP_DEFAULT,
  PlanCleaner,
  type PlanCleanerSetup,
  type PlanKeep,
} from "./planCleaner.ts";
export { overrideSchema } from "./socket/orderSchemas.ts";
export { nameSchema } from "./socket/planSchemas.ts";
export { type ServedStore, serveStore } from "./socket/serveStore.ts";
export { SocketStore } from "./socket/socketStore.ts";
export { openSqliteStore } from "./sqlite/openSqliteStore.ts";
export type { SqliteStore, SqliteStoreOptions } from "./sqlite/sqliteStore.ts";
export type { Store, StoreOptions } from "./store.ts";
export { StoreError, type StoreFault } from "./storeError.ts";
