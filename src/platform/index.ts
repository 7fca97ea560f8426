export { BootClock } from "./bootClock.ts";
export { SocketStream } from "./byteStream.ts";
export { RealChance } from "./chance.ts";
export { RealClock } from "./clock.ts";
export { socketAddressText, systemCode, systemErrorText } from "./systemError.ts";
export { KEEP_ALIVE_MS, TcpDialer } from "./tcpDialer.ts";
export { TlsDialer } from "./tlsDialer.ts";
export { UdpDialer } from "./udpDialer.ts";
