import { connect } from "node:tls";
import type { ByteStream, SocketAddress, StreamDialer } from "../base/index.ts";
import { openedStream } from "./openedStream.ts";

/** What a {@link TlsDialer} asks of its peers. */
export interface TlsPeer {
  /** The name that a peer's certificate must be valid for. */
  readonly name: string;
  /** The protocol that is spoken (ALPN, RFC 7301), as `dot`. */
  readonly protocol: string;
  /** Certificates that are trusted instead of the system's, in PEM. */
  readonly ca?: readonly string[] | undefined;
}

/** Opens TLS connections to peers that prove to be who they should be. */
export class TlsDialer implements StreamDialer {
  readonly #peer: TlsPeer;

  constructor(peer: TlsPeer) {
    this.#peer = peer;
  }

  dial(to: SocketAddress, timeoutMs: number): Promise<ByteStream> {
    const { name, protocol, ca } = this.#peer;
    const place = { host: to.address, port: to.port };
    const trusted = ca === undefined ? {} : { ca: [...ca] };
    const socket = connect({
      ...place,
      ...trusted,
      servername: name,
      ALPNProtocols: [protocol],
      rejectUnauthorized: true,
    });
    socket.setNoDelay(true);
    return openedStream(socket, "secureConnect", to, timeoutMs);
  }
}
