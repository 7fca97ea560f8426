import type { SocketAddress } from "../base/index.ts";
import type { Transport } from "./counters.ts";

/** How a message came, and from where. The address of a datagram may be forged. */
export interface Arrival {
  readonly transport: Transport;
  readonly source: SocketAddress;
}
