export { AssertionError, assert, assertNever } from "./assert.ts";
export { BoundedQueue } from "./boundedQueue.ts";
export {
  base64Bytes,
  base64Text,
  base64UrlText,
  compareBytes,
  concatBytes,
  hexText,
  utf8,
  utf8Text,
} from "./bytes.ts";
export type { Chance } from "./chance.ts";
export { type CancelWake, type Clock, sleep } from "./clock.ts";
export { CodedError, errorText } from "./codedError.ts";
export { crc32 } from "./crc32.ts";
export type { Disk } from "./disk.ts";
export type { DnssecCrypto, P256KeyPair } from "./dnssecCrypto.ts";
export type { LargePages } from "./largePages.ts";
export { type Log, type LogFacts, SILENT_LOG } from "./log.ts";
export type {
  ByteStream,
  DatagramDialer,
  DatagramListener,
  DatagramPeer,
  DatagramThreads,
  Listening,
  SocketAddress,
  StreamDialer,
  StreamListener,
  ThreadedDatagrams,
} from "./network.ts";
export type { LogFormat } from "./recordFrames.ts";
export { type OpenedLog, RecordLog } from "./recordLog.ts";
export { RecordLogError, type RecordLogFault } from "./recordLogError.ts";
export { EXEMPT_NETWORKS_MAX, NSID_OCTETS_MAX, UDP_THREADS_MAX } from "./servingLimits.ts";
