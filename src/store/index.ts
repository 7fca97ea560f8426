export { MemoryStore } from "./memory/memoryStore.ts";
export { type ServedStore, serveStore } from "./socket/serveStore.ts";
export { SocketStore } from "./socket/socketStore.ts";
export {
  openSqliteStore,
  type SqliteStore,
  type SqliteStoreOptions,
} from "./sqlite/sqliteStore.ts";
export type { Store, StoreOptions } from "./store.ts";
export { StoreError, type StoreFault } from "./storeError.ts";
