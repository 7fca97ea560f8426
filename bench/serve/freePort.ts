import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port of 127.0.0.1 that is free for both TCP and UDP at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const socket = createSocket("udp4");
    const outcome = Promise.race([
      once(socket, "listening").then(() => true),
      once(socket, "error").then(() => false),
    ]);
    socket.bind(port, "127.0.0.1");
    const isFree = await outcome;
    socket.close();
    if (isFree) return port;
  }
}
