export { serveClients } from "./forwarder/clientServer.ts";
export { Forwarder } from "./forwarder/forwarder.ts";
export { type GuardFile, type GuardFileRead, readGuardFile } from "./forwarder/guardFile.ts";
export {
  type ForwarderOptions,
  type ForwarderWords,
  readForwarderOptions,
} from "./forwarder/options.ts";
export { DEFAULT_BOOKED, PolicyBook } from "./forwarder/policyBook.ts";
export { GuardError, type GuardFault } from "./guardError.ts";
export { AddressProver } from "./library/addressProver.ts";
export { readMemory, writeMemory } from "./library/memoryFile.ts";
export { NodeStreams } from "./library/nodePorts.ts";
export { TriedAddresses } from "./library/publicAddress.ts";
export { SystemServers } from "./library/systemServers.ts";
export type { GuardEvent } from "./machine/guardEvent.ts";
export { statusOf } from "./status/forwarderStatus.ts";
export { startStatus } from "./status/startStatus.ts";
export { Exchange } from "./upstream/exchange.ts";
export { KeptStreams } from "./upstream/keptStreams.ts";
