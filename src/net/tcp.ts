import { createServer, isIPv6, type Server, type Socket } from "node:net";
import type { ByteStream, Listening, SocketAddress, StreamListener } from "../base/index.ts";
import { KEEP_ALIVE_MS, SocketStream } from "../platform/index.ts";
import { listenError } from "./listenError.ts";

/** Connections the kernel may hold before they are accepted; it caps the number itself. */
const BACKLOG = 4_096;

/** Accepts TCP connections. */
export class TcpListener implements StreamListener {
  /**
   * Throws NetError `address-in-use`, `address-not-permitted` or `address-unusable`. Closing what
   * it returns ends the accepted streams too.
   */
  async listen(on: SocketAddress, accept: (stream: ByteStream) => void): Promise<Listening> {
    const open = new Set<Socket>();
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    server.on("connection", (socket) => {
      const { remoteAddress: address, remotePort: port } = socket;
      if (address === undefined || port === undefined) {
        socket.on("error", () => {});
        socket.destroy(); // gone before it was accepted
        return;
      }
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      accept(new SocketStream(socket, { address, port }));
    });
    await bindServer(server, on);
    // Late errors are about single connections (file descriptors used up): those peers try again.
    server.on("error", () => {});
    return { local: localAddress(server, on), close: () => closeServer(server, open) };
  }
}

function bindServer(server: Server, on: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void => reject(listenError(on, "TCP", cause));
    server.once("error", refuse);
    const options = {
      host: on.address,
      port: on.port,
      backlog: BACKLOG,
      exclusive: true,
      ipv6Only: isIPv6(on.address),
    };
    server.listen(options, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

function localAddress(server: Server, on: SocketAddress): SocketAddress {
  const local = server.address();
  if (local === null || typeof local === "string") return on;
  return { address: local.address, port: local.port };
}

function closeServer(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
}
