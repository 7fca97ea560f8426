import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { DatagramListener, Listening, SocketAddress } from "../base/index.ts";
import { listenError } from "./listenError.ts";

/** Asked of the kernel, which caps it: a burst must survive a pause of the process. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
/** Replies waiting in the process; above it they are dropped, as UDP may. */
const SEND_QUEUE_OCTETS_MAX = 4 * 1024 * 1024;

/** Datagrams by the operating system's sockets. */
export class UdpListener implements DatagramListener {
  /** Throws NetError `address-in-use`, `address-not-permitted` or `address-unusable`. */
  async listen(
    on: SocketAddress,
    receive: (bytes: Uint8Array, from: SocketAddress, reply: (bytes: Uint8Array) => void) => void,
  ): Promise<Listening> {
    const socket = await bindSocket(on);
    socket.on("message", (message, from) => {
      const bytes = new Uint8Array(message.buffer, message.byteOffset, message.length);
      receive(bytes, { address: from.address, port: from.port }, (answer) => {
        sendOrDrop(socket, answer, from.port, from.address);
      });
    });
    // Late errors are about single datagrams (a peer that is gone): nobody waits for them.
    socket.on("error", () => {});
    const local = socket.address();
    return {
      local: { address: local.address, port: local.port },
      close: () => closeSocket(socket),
    };
  }
}

function bindSocket(on: SocketAddress): Promise<Socket> {
  const type = isIPv6(on.address) ? "udp6" : "udp4";
  const socket = createSocket({
    type,
    ipv6Only: type === "udp6",
    recvBufferSize: RECEIVE_BUFFER_OCTETS,
  });
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void => {
      socket.close();
      reject(listenError(on, "UDP", cause));
    };
    socket.once("error", refuse);
    socket.bind({ address: on.address, port: on.port, exclusive: true }, () => {
      socket.off("error", refuse);
      resolve(socket);
    });
  });
}

function sendOrDrop(socket: Socket, bytes: Uint8Array, port: number, address: string): void {
  try {
    if (socket.getSendQueueSize() > SEND_QUEUE_OCTETS_MAX) return;
    socket.send(bytes, port, address, () => {});
  } catch {
    // Closed meanwhile, or a source no reply can go to (port 0): the client asks again.
  }
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(resolve);
    } catch {
      resolve(); // closed before
    }
  });
}
