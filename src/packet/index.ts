export {
  type DatagramAnswerer,
  HAND_OVER,
  NO_REPLY,
  type ThreadPorts,
} from "./datagramAnswerer.ts";
export { FastQuery, HEADER_OCTETS, OPT_FIXED_OCTETS, type OptionReader } from "./fastQuery.ts";
export { NameKey } from "./nameKey.ts";
export { hashWords, isSameName, wordsFor } from "./nameWords.ts";
export { networkHash } from "./networkHash.ts";
export { copyWords, type PacketMemory, packetMemory, SLOT_OCTETS_MIN } from "./packetMemory.ts";
export { newCounts, SharedCounts, sumOfCounts } from "./sharedCounts.ts";
