import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const PORT_MIN = 10_000;
/** Where Linux begins to give ports to sockets that ask for none, unless it says otherwise. */
const GIVEN_PORT_MIN = 32_768;

const given = new Set<number>();

/**
 * A port of 127.0.0.1 that is free for TCP and UDP, and not given twice to one process. The kernel
 * gives it to nobody who asks for any port: a resolver that asks again and again while the server
 * is down would, one time in 28,000, send from that very port, receive its own question, and take
 * it for an answer without records.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (firstGivenPort() - PORT_MIN));
    if (given.has(port) || !(await takesStreams(port)) || !(await takesDatagrams(port))) continue;
    given.add(port);
    return port;
  }
}

function firstGivenPort(): number {
  try {
    const first = Number.parseInt(
      readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"),
      10,
    );
    return first > PORT_MIN ? first : GIVEN_PORT_MIN;
  } catch {
    return GIVEN_PORT_MIN; // not Linux
  }
}

async function takesStreams(port: number): Promise<boolean> {
  const server = createServer();
  const outcome = Promise.race([
    once(server, "listening").then(() => true),
    once(server, "error").then(() => false),
  ]);
  server.listen(port, "127.0.0.1");
  const isFree = await outcome;
  if (isFree) {
    server.close();
    await once(server, "close");
  }
  return isFree;
}

async function takesDatagrams(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  const outcome = Promise.race([
    once(socket, "listening").then(() => true),
    once(socket, "error").then(() => false),
  ]);
  socket.bind(port, "127.0.0.1");
  const isFree = await outcome;
  socket.close();
  return isFree;
}
