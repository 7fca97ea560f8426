// A process that sends datagrams to whom it is told, from an address and port of its own: it knows
// all of a question (its port, its id, its letters), but is not the server that was asked.
import { createSocket } from "node:dgram";

/** What is to be sent, and from where. */
export interface Forgery {
  readonly from: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** Base64. */
  readonly message: string;
}

process.on("message", ({ from, fromPort, toPort, message }: Forgery) => {
  const socket = createSocket("udp4");
  socket.bind(fromPort, from, () => {
    socket.send(Buffer.from(message, "base64"), toPort, "127.0.0.1", () => {
      socket.close();
      process.send?.("sent");
    });
  });
});
