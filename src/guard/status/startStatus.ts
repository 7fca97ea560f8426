import type { Listening, SocketAddress } from "../../base/index.ts";
import type { IpNetwork } from "../../dns/index.ts";
import type { ForwarderStatus } from "./forwarderStatus.ts";

/**
 * Serves status page, JSON (`/status`) and metrics (`/metrics`), to this machine and the networks
 * that are allowed. The server is loaded only here: most forwarders have none.
 *
 * @throws GuardError `status-cannot-listen`
 */
export async function startStatus(
  on: SocketAddress,
  status: () => ForwarderStatus,
  allowed: readonly IpNetwork[],
): Promise<Listening> {
  const { serveStatus } = await import("./statusServer.ts");
  return serveStatus(on, status, allowed);
}
