export { clientNetworks, serveClients } from "./forwarder/clientServer.ts";
export {
  type AnswerPlan,
  answerPlan,
  sumAnswerCounts,
} from "./forwarder/fast/answerPlan.ts";
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
export { MemoryKeeper } from "./library/memoryKeeper.ts";
export { TriedAddresses } from "./library/publicAddress.ts";
export { SystemServers } from "./library/systemServers.ts";
export { tryAddressWith } from "./library/tryAddress.ts";
export type { GuardEvent } from "./machine/guardEvent.ts";
export { statusOf, type UdpStatus } from "./status/forwarderStatus.ts";
export { startStatus } from "./status/startStatus.ts";
export { Exchange } from "./upstream/exchange.ts";
export { keptDialers } from "./upstream/keptStreams.ts";
