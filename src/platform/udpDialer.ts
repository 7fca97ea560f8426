import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { DatagramDialer, DatagramPeer, SocketAddress } from "../base/index.ts";
import { socketAddressText, systemErrorText } from "./systemError.ts";

/** Connected UDP sockets: the system lets through only what comes from the peer. */
export class UdpDialer implements DatagramDialer {
  dial(
    to: SocketAddress,
    receive: (bytes: Uint8Array) => void,
    source?: string,
    refused: () => void = () => {},
  ): Promise<DatagramPeer> {
    const type = isIPv6(to.address) ? "udp6" : "udp4";
    const socket = createSocket({ type });
    socket.on("message", (message) => {
      receive(new Uint8Array(message.buffer, message.byteOffset, message.length));
    });
    return new Promise((resolve, reject) => {
      const refuse = (cause: unknown): void => {
        close(socket);
        const reason = systemErrorText(cause);
        const place = socketAddressText(to);
        reject(new Error(`Cannot send to UDP ${place} as it must be reachable: ${reason}`));
      };
      socket.once("error", refuse);
      const connect = (): void => {
        socket.connect(to.port, to.address, (error?: Error) => {
          if (error) {
            refuse(error);
            return;
          }
          socket.off("error", refuse);
          // Later errors (port unreachable) say that nobody answers.
          socket.on("error", () => refused());
          resolve({ send: (bytes) => send(socket, bytes), close: () => close(socket) });
        });
      };
      if (source === undefined) connect();
      else socket.bind({ address: source, port: 0, exclusive: true }, connect);
    });
  }
}

function send(socket: Socket, bytes: Uint8Array): void {
  try {
    socket.send(bytes, () => {});
  } catch {
    // Closed meanwhile: nobody waits for the answer any more.
  }
}

function close(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // Closed before.
  }
}
