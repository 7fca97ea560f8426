import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { SocketAddress } from "../base/index.ts";
import type { Settings } from "../config/index.ts";
import { SuperviseError } from "./superviseError.ts";

/** One thing that must be free before anything is started. */
interface Wanted {
  readonly at: SocketAddress;
  readonly transport: "UDP" | "TCP";
  /** For people: `dns.listen` or `api.listen`. */
  readonly key: string;
}

/**
 * Listens for a moment on every port that the settings ask for, and lets go again.
 * `isHeld` leaves out what a nameserver holds that an earlier instance left behind.
 *
 * @throws SuperviseError `port-unusable`: the message says which, why, and what to do.
 */
export async function checkPorts(
  settings: Settings,
  isHeld: (at: SocketAddress) => boolean,
): Promise<void> {
  const dns = settings.dns.listen.filter((at) => !isHeld(at));
  const wanted: Wanted[] = [
    ...dns.map((at) => ({ at, transport: "UDP", key: "dns.listen" }) as const),
    ...dns.map((at) => ({ at, transport: "TCP", key: "dns.listen" }) as const),
    { at: settings.api.listen, transport: "TCP", key: "api.listen" },
  ];
  for (const one of wanted) {
    try {
      await (one.transport === "UDP" ? tryDatagrams(one.at) : tryStreams(one.at));
    } catch (cause) {
      throw portError(one, cause);
    }
  }
}

function tryDatagrams({ address, port }: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(resolve));
  });
}

function tryStreams({ address, port }: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function portError({ at, transport, key }: Wanted, cause: unknown): SuperviseError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const text = at.address.includes(":") ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;
  const place = `${transport} ${text} (${key})`;
  const fault = { code: "port-unusable", address: at.address, port: at.port } as const;
  const say = (why: string): SuperviseError =>
    new SuperviseError(fault, `Cannot listen on ${place} as ${why}`, { cause });
  switch (code) {
    case "EADDRINUSE":
      return say(
        `a port belongs to one program: another one has it. Find it with \`ss -lptun 'sport = ` +
          `:${at.port}'\` and stop it, or write another port under ${key}`,
      );
    case "EACCES":
    case "EPERM":
      return say(
        "this user may not take a port below 1024: write a higher one under " +
          `${key}, or give Node the right (setcap cap_net_bind_service=+ep)`,
      );
    case "EADDRNOTAVAIL":
      return say(`this machine has no such address: write one of its own under ${key}`);
    default:
      return say(`the system refuses: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
