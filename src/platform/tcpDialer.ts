import { connect } from "node:net";
import type { ByteStream, SocketAddress, StreamDialer } from "../base/index.ts";
import { openedStream } from "./openedStream.ts";

/** Silence after which the kernel asks whether the peer still exists. */
export const KEEP_ALIVE_MS = 30_000;

/** Opens TCP connections. */
export class TcpDialer implements StreamDialer {
  dial(to: SocketAddress, timeoutMs: number): Promise<ByteStream> {
    const place = { host: to.address, port: to.port };
    const keep = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const socket = connect({ ...place, ...keep, noDelay: true });
    return openedStream(socket, "connect", to, timeoutMs);
  }
}
