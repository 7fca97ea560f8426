export {
  type MemoryFaults,
  MemoryZoneStore,
  type MemoryZoneStoreOptions,
} from "./memory/memoryZoneStore.ts";
export { Rfc2136ZoneStore, type Rfc2136ZoneStoreOptions } from "./rfc2136/rfc2136ZoneStore.ts";
export { endpointUpdate } from "./updateOf.ts";
