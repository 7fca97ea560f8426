import type { SocketAddress } from "../base/index.ts";
import { socketAddressText, systemCode, systemErrorText } from "../platform/index.ts";
import { NetError } from "./netError.ts";

/** What a failed listen means to whoever configured the address. */
export function listenError(on: SocketAddress, transport: "TCP" | "UDP", cause: unknown): NetError {
  const place = `${transport} ${socketAddressText(on)}`;
  const at = { address: on.address, port: on.port };
  switch (systemCode(cause)) {
    case "EADDRINUSE":
      return new NetError(
        { code: "address-in-use", ...at },
        `Cannot listen on ${place} as a port belongs to one program: another one has it`,
        { cause },
      );
    case "EACCES":
    case "EPERM":
      return new NetError(
        { code: "address-not-permitted", ...at },
        `Cannot listen on ${place} as this user may not: take a port above 1023 or give the right`,
        { cause },
      );
    default: {
      const reason = systemErrorText(cause);
      return new NetError(
        { code: "address-unusable", ...at, reason },
        `Cannot listen on ${place} as the address must be one of this machine: ${reason}`,
        { cause },
      );
    }
  }
}
