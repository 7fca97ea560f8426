// What strangers may send: garbage, and connections that never ask. Loopback only, and bounded.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A repeatable stream of octets (xorshift32), so that a failing run can be run again. */
export class Octets {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  take(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
}

/** A well-formed question, to be spoilt. */
function question(): Uint8Array {
  const labels = ["dynamodb", "use1", "holdfast", "example"];
  const name = labels.flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Uint8Array.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 0, 1, 0, 1]);
}

/** Octets that are nearly a question: flipped, cut off, lengthened, or noise alone. */
export function spoilt(octets: Octets): Uint8Array {
  const bytes = question();
  switch (octets.below(4)) {
    case 0:
      return octets.take(octets.below(600));
    case 1:
      return bytes.subarray(0, octets.below(bytes.length));
    case 2:
      return Buffer.concat([bytes, octets.take(octets.below(1200))]);
    default:
      for (let flips = 1 + octets.below(8); flips > 0; flips -= 1) {
        bytes[octets.below(bytes.length)] = octets.below(256);
      }
      return bytes;
  }
}

/** Sends spoilt datagrams, a few at a time. */
export async function sendDatagrams(port: number, count: number, octets: Octets): Promise<void> {
  const socket = createSocket("udp4");
  for (let sent = 0; sent < count; sent += 1) {
    await new Promise<void>((resolve) => {
      socket.send(spoilt(octets), port, "127.0.0.1", () => resolve());
    });
  }
  socket.close();
}

/** Sends spoilt messages over TCP: right and wrong lengths, halves, and noise. */
export async function sendStreams(port: number, count: number, octets: Octets): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    const closed = once(socket, "close");
    const bytes = spoilt(octets);
    const claimed = octets.below(3) === 0 ? octets.below(65_536) : bytes.length;
    socket.write(Uint8Array.from([claimed >> 8, claimed & 255, ...bytes]));
    socket.end();
    socket.resume();
    await closed;
  }
}

/** Opens connections that never say anything, from many loopback sources. */
export async function openIdle(port: number, count: number, sources: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let opened = 0; opened < count; opened += 1) {
    const source = opened % sources;
    const localAddress = `127.${200 + Math.floor(source / 200)}.7.${1 + (source % 200)}`;
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => {});
    sockets.push(socket);
    // In small groups, so that the listening queue is not what is measured.
    if (opened % 50 === 49) await settled(socket);
  }
  return sockets;
}

function settled(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve());
    socket.once("close", () => resolve());
  });
}
