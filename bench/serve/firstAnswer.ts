import { createSocket, type Socket } from "node:dgram";
import {
  decodeMessage,
  encodeMessage,
  makeQuery,
  nameOf,
  RRType,
  UDP_PAYLOAD_OCTETS,
} from "../../src/dns/index.ts";
import { APEX, isAddressOf, labelOf } from "./benchZone.ts";

/** Between two questions: what the time of the first answer is known to. */
const ASK_EVERY_MS = 1;
/** Between two questions for a cookie, and how long they are asked. */
const COOKIE_ASK_EVERY_MS = 50;
const COOKIE_WAIT_MS = 20_000;
const ID = 4711;
/** A name that every zone has. */
const ASKED = 1;
const COOKIE = 10; // RFC 7873 section 4
const CLIENT_COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/**
 * Asks until the answer is right; when that was, by performance.now(). Undefined past the deadline
 * or when `isAlive` says that nobody will answer any more.
 */
export async function untilRight(
  port: number,
  deadlineMs: number,
  isAlive: () => boolean,
): Promise<number | undefined> {
  const socket = createSocket("udp4");
  // A resolver answers it too.
  const options = { rd: true };
  const query = encodeMessage(
    makeQuery(ID, nameOf(`${labelOf(ASKED)}.${APEX}`), RRType.A, options),
  );
  return await new Promise((resolve) => {
    const asking = setInterval(() => {
      if (performance.now() > deadlineMs || !isAlive()) end(undefined);
      else socket.send(query, port, "127.0.0.1");
    }, ASK_EVERY_MS);
    const end = (atMs: number | undefined): void => {
      clearInterval(asking);
      socket.close();
      resolve(atMs);
    };
    socket.on("message", (octets) => {
      const decoded = decodeMessage(octets);
      const message = decoded.kind === "message" ? decoded.message : undefined;
      const [first] = message?.answer ?? [];
      if (isAddressOf(ASKED, first?.rdata ?? [])) end(performance.now());
    });
  });
}

/** The cookie, of client and server, that a resolver on 127.0.0.1 would send to this server. */
export async function learntCookie(port: number): Promise<Uint8Array> {
  const options = { udpPayloadSize: UDP_PAYLOAD_OCTETS };
  const query = makeQuery(ID, nameOf(`${labelOf(ASKED)}.${APEX}`), RRType.A, options);
  const cookie = { code: COOKIE, data: CLIENT_COOKIE };
  const edns = { udpPayloadSize: UDP_PAYLOAD_OCTETS, version: 0, dnssecOk: false };
  const octets = encodeMessage({ ...query, edns: { ...edns, options: [cookie] } });
  const socket = createSocket("udp4");
  try {
    const decoded = decodeMessage(await replyTo(socket, octets, port));
    const found = decoded.kind === "message" ? decoded.message.edns?.options : undefined;
    return found?.find(({ code }) => code === COOKIE)?.data ?? CLIENT_COOKIE;
  } finally {
    socket.close();
  }
}

/** A server that is still busy with the questions of its start loses some. */
async function replyTo(socket: Socket, octets: Uint8Array, port: number): Promise<Uint8Array> {
  const asking = setInterval(() => socket.send(octets, port, "127.0.0.1"), COOKIE_ASK_EVERY_MS);
  let givingUp: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      socket.once("message", resolve);
      const giveUp = () => reject(new Error("Cannot learn a cookie: no answer"));
      givingUp = setTimeout(giveUp, COOKIE_WAIT_MS);
    });
  } finally {
    clearInterval(asking);
    clearTimeout(givingUp);
  }
}
