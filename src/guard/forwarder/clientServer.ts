import type {
  ByteStream,
  CancelWake,
  Clock,
  DatagramListener,
  Listening,
  SocketAddress,
  StreamListener,
} from "../../base/index.ts";
import { FrameReader, frame, type IpNetwork, isInNetwork } from "../../dns/index.ts";
import type { Forwarder } from "./forwarder.ts";

/** Ports and settings of {@link serveClients}. */
export interface ClientServerParts {
  readonly datagrams: DatagramListener;
  readonly streams: StreamListener;
  readonly clock: Clock;
  readonly forwarder: Forwarder;
  /** Clients that are answered, besides this machine itself. */
  readonly allowed: readonly IpNetwork[];
}

/** Connections at once: a resolver's clients need few, and each costs memory. */
const CONNECTIONS_MAX = 512;
/** A client that asks nothing for so long is let go (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;
/** Queries of one connection that wait: then it is not read any further. */
const OUTSTANDING_MAX = 64;
/** Octets of replies that a client has not read: then it is let go. */
const QUEUED_OCTETS_MAX = 2 ** 20;

const LOOPBACK: readonly IpNetwork[] = [
  { octets: Uint8Array.of(127, 0, 0, 0), prefixLength: 8 },
  { octets: Uint8Array.from({ length: 16 }, (_, at) => (at === 15 ? 1 : 0)), prefixLength: 128 },
];

/** Whether an address is this machine's own loopback. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.some((network) => isInNetwork(network, address));
}

/**
 * Serves clients over UDP and TCP on one address: the same port for both.
 *
 * @throws as the listeners do; then nothing is left open.
 */
export async function serveClients(
  on: SocketAddress,
  parts: ClientServerParts,
): Promise<Listening> {
  const { datagrams, streams, forwarder, allowed } = parts;
  const networks = [...LOOPBACK, ...allowed];
  const isAllowed = ({ address }: SocketAddress): boolean => {
    return networks.some((network) => isInNetwork(network, address));
  };
  const connections = { open: 0 };
  const accept = (stream: ByteStream): void => {
    if (!isAllowed(stream.remote) || connections.open >= CONNECTIONS_MAX) stream.destroy();
    else serveStream(stream, parts, connections);
  };
  const tcp = await streams.listen(on, accept);
  try {
    const udp = await datagrams.listen(tcp.local, (bytes, from, reply) => {
      if (isAllowed(from)) forwarder.receive(bytes, "udp", reply);
      else forwarder.counts.dropped += 1;
    });
    const close = async (): Promise<void> => {
      await Promise.all([udp.close(), tcp.close()]);
    };
    return { local: tcp.local, close };
  } catch (error) {
    await tcp.close();
    throw error;
  }
}

/** One connection: queries may come before earlier ones are answered (RFC 7766 section 6.2.1.1). */
function serveStream(
  stream: ByteStream,
  { clock, forwarder }: ClientServerParts,
  connections: { open: number },
): void {
  const reader = new FrameReader();
  let outstanding = 0;
  let isClosed = false;
  let cancelIdle: CancelWake = () => {};
  const restIdle = (): void => {
    cancelIdle();
    cancelIdle = clock.wakeAfter(IDLE_MS, () => stream.destroy());
  };
  const answer = (bytes: Uint8Array): void => {
    outstanding -= 1;
    if (isClosed) return;
    stream.write(frame(bytes));
    if (stream.queuedOctets > QUEUED_OCTETS_MAX) stream.destroy();
    else if (outstanding < OUTSTANDING_MAX) stream.resume();
  };
  connections.open += 1;
  stream.onClose(() => {
    isClosed = true;
    connections.open -= 1;
    cancelIdle();
  });
  stream.onData((chunk) => {
    let isGood = true;
    restIdle();
    for (const bytes of reader.push(chunk)) {
      outstanding += 1;
      isGood = forwarder.receive(bytes, "tcp", answer) && isGood;
    }
    if (!isGood || reader.problem !== undefined) stream.destroy();
    else if (outstanding >= OUTSTANDING_MAX) stream.pause();
  });
  restIdle();
}
