// Asks one server many questions at once, over UDP or TCP.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { FrameReader, frame } from "../../src/dns/index.ts";

/** Questions in flight: few enough for every server's receive buffer, and the client's. */
const WINDOW = 200;
/** A canary that is lost is sent again after this long: a matter of speed, not of outcome. */
const CANARY_EVERY_MS = 250;
/** Unanswered so often though what came behind was answered: dropped on purpose. */
const ROUNDS_MAX = 2;
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
/** Ids from here on are canaries'. */
const CANARY_ID = 0xff00;
const PIPELINED_MAX = 16;

function idOf(reply: Uint8Array): number {
  return ((reply[0] ?? 0) << 8) | (reply[1] ?? 0);
}

function withId(message: Uint8Array, id: number): Uint8Array {
  const copy = Uint8Array.from(message);
  copy[0] = id >> 8;
  copy[1] = id & 0xff;
  return copy;
}

/**
 * Sends each message over UDP and gives what came back for it, undefined where nothing did. The
 * first two octets, the id, are set here. Behind each window goes `canary`, a question that is
 * always answered: a server reads in order, so that what was not answered with the second canary
 * behind it never will be, however slow the machine.
 */
export async function askUdp(
  port: number,
  messages: readonly Uint8Array[],
  canary: Uint8Array,
): Promise<readonly (Uint8Array | undefined)[]> {
  if (messages.length > CANARY_ID) throw new Error("Cannot ask as there are not so many ids");
  const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_OCTETS });
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const replies = new Array<Uint8Array | undefined>(messages.length).fill(undefined);
  // Servers that answer in batches change the order within one: late ones count, too.
  socket.on("message", (reply) => {
    const id = idOf(reply);
    if (id < messages.length) replies[id] ??= Uint8Array.from(reply);
  });
  try {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      for (let start = 0; start < messages.length; start += WINDOW) {
        for (let index = start; index < Math.min(start + WINDOW, messages.length); index += 1) {
          const message = messages[index];
          if (message === undefined || replies[index] !== undefined) continue;
          socket.send(withId(message, index));
        }
        await answered(socket, canary);
      }
    }
    await answered(socket, canary);
    return replies;
  } finally {
    socket.close();
  }
}

let canaries = 0;

/** Asks until there is an answer. */
function answered(socket: Socket, canary: Uint8Array): Promise<void> {
  canaries = (canaries + 1) % 0xff;
  const id = CANARY_ID + canaries;
  const send = (): void => socket.send(withId(canary, id));
  return new Promise((resolve) => {
    const timer = setInterval(send, CANARY_EVERY_MS);
    const take = (reply: Buffer): void => {
      if (idOf(reply) !== id) return;
      clearInterval(timer);
      socket.off("message", take);
      resolve();
    };
    socket.on("message", take);
    send();
  });
}

/** The same over one TCP connection, some questions ahead of the answers (RFC 7766). */
export async function askTcp(
  port: number,
  messages: readonly Uint8Array[],
): Promise<readonly (Uint8Array | undefined)[]> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const replies: Uint8Array[] = [];
  const reader = new FrameReader();
  let sent = 0;
  const pump = (): void => {
    for (; sent < messages.length && sent - replies.length < PIPELINED_MAX; sent += 1) {
      socket.write(frame(withId(messages[sent] ?? new Uint8Array(2), sent)));
    }
  };
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`closed after ${replies.length} replies`)));
      socket.on("data", (chunk) => {
        replies.push(...reader.push(chunk));
        if (replies.length === messages.length) resolve();
        else pump();
      });
      if (messages.length === 0) resolve();
      pump();
    });
  } finally {
    socket.removeAllListeners("close");
    socket.destroy();
  }
  const byId = new Map(replies.map((reply) => [idOf(reply), reply]));
  return messages.map((_, index) => byId.get(index));
}
