import type {
  ByteStream,
  Clock,
  DatagramListener,
  Listening,
  SocketAddress,
  StreamListener,
} from "../../base/index.ts";
import { type IpNetwork, isInNetwork } from "../../dns/index.ts";
import { ClientStreams } from "./clientStreams.ts";
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

const LOOPBACK: readonly IpNetwork[] = [
  { octets: Uint8Array.of(127, 0, 0, 0), prefixLength: 8 },
  { octets: Uint8Array.from({ length: 16 }, (_, at) => (at === 15 ? 1 : 0)), prefixLength: 128 },
];

/** Networks whose clients are answered: this machine itself, and those that are allowed. */
export function clientNetworks(allowed: readonly IpNetwork[]): readonly IpNetwork[] {
  return [...LOOPBACK, ...allowed];
}

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
  const networks = clientNetworks(allowed);
  const isAllowed = ({ address }: SocketAddress): boolean => {
    return networks.some((network) => isInNetwork(network, address));
  };
  const connections = new ClientStreams(parts);
  const accept = (stream: ByteStream): void => {
    if (isAllowed(stream.remote)) connections.accept(stream);
    else stream.destroy();
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
