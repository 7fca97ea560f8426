export {
  RealChance,
  RealClock,
  socketAddressText,
  systemCode,
  systemErrorText,
  TcpDialer,
  TlsDialer,
  UdpDialer,
} from "../platform/index.ts";
export { type BatchCalls, type LoadedBatchCalls, loadBatchCalls } from "./batchCalls.ts";
export { type BatchSockets, openBatchSockets, RECEIVE_WAIT_MS_MAX } from "./batchListen.ts";
export { BatchSocket, type BatchSocketHandle } from "./batchSocket.ts";
export { DiskFolder } from "./diskFolder.ts";
export { NodeDnssecCrypto } from "./dnssecCrypto.ts";
export { openLargePages } from "./largePages.ts";
export { type LineSink, type LogFormat, openLog, stderrFormat, stderrSink } from "./log.ts";
export { makeFolder } from "./makeFolder.ts";
export { NetError, type NetFault } from "./netError.ts";
export { NetworkProbe } from "./networkProbe.ts";
export type { ProbeOutcome, ProbeRequest } from "./probeTypes.ts";
export { lookAtProcess, type ProcessSight, type ProcessState } from "./processes.ts";
export { acquireLock, type LockHolder, type LockOutcome } from "./stateLock.ts";
export { TcpListener } from "./tcp.ts";
export { withSystemMac } from "./tsigMac.ts";
export { UdpListener } from "./udp.ts";
