// A region that is retired, with real servers: our nameserver holds a signed zone and an unsigned
// one below it, unbound resolves and validates, load balancers serve HTTPS. All on loopback.
import { once } from "node:events";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { CHILD, SignedServer, ZONE } from "../dnssec/signedServer.ts";
import { UnboundResolver } from "../dnssec/unboundResolver.ts";
import { type Certificate, certificateFor } from "./certificate.ts";

/** Names by what becomes of them. */
export const RETIRED = {
  /** Its load balancers are gone. */
  gone: `gone.${CHILD}`,
  /** Its load balancers are up yet. */
  up: `up.${CHILD}`,
  /** Its addresses have a new tenant, with a certificate of its own. */
  recycled: `recycled.${CHILD}`,
  /** It has a tombstone, in a zone that is not signed. */
  unsigned: `unsigned.${CHILD}`,
  /** An alias of a name with a tombstone, in the zone that is signed. */
  alias: `alias.${CHILD}`,
  /** In the zone that is signed, with a tombstone. */
  signed: `signed.${ZONE}`,
} as const;
export type Retired = keyof typeof RETIRED;

/** Where the alias leads. */
const TARGET = `target.${ZONE}`;
const UP = "127.0.0.61";
const GONE = "127.0.0.62";
const RECYCLED = "127.0.0.63";
const POSITION = "holdfast=1 epoch=0 generation=1";
const DIGEST = "digest=AAAAAAAAAAAAAAAAAAAAAA";
const FENCE = `${POSITION} edition=1 types=A ${DIGEST}`;
const MARK = "tombstone=t-retired at=2026-11-22T00:00:00Z";
const TOMBSTONE = `${POSITION} edition=2 types=- ${DIGEST} ${MARK}`;

/** Programs that it takes. */
export const RETIREMENT_PROGRAMS = ["dig", "nsupdate", "unbound", "openssl"] as const;

export class RetirementWorld {
  /** The load balancers': valid for all names of the zone that is not signed. */
  readonly certificate = certificateFor(`*.${CHILD}`);
  /** The port of every load balancer. */
  servicePort = 0;
  readonly #server = new SignedServer();
  readonly #unbound = new UnboundResolver();
  readonly #services = new Map<string, https.Server>();

  /** The port of the recursive server. */
  get resolverPort(): number {
    return this.#unbound.port;
  }

  async start(): Promise<void> {
    for (const address of [UP, GONE, RECYCLED]) await this.#serve(address, this.certificate);
    await this.#server.start();
    const add = (name: string, address: string): string => `add ${name}. 1 A ${address}`;
    const fenced = (name: string): readonly string[] => [
      add(name, UP),
      `add _holdfast.${name}. 30 TXT "${FENCE}"`,
    ];
    await this.#server.update([...fenced(RETIRED.signed), ...fenced(TARGET)]);
    const child = [
      ...[add(RETIRED.gone, GONE), add(RETIRED.up, UP), add(RETIRED.recycled, RECYCLED)],
      ...[...fenced(RETIRED.unsigned), `add ${RETIRED.alias}. 1 CNAME ${TARGET}.`],
    ];
    await this.#server.update(child, CHILD);
    const { unbound } = await this.#server.anchors();
    await this.#unbound.start(ZONE, this.#server.port, unbound);
  }

  /** Everything is retired at once, each name in its way. */
  async retire(): Promise<void> {
    await this.#end(GONE);
    await this.#end(RECYCLED);
    await this.#serve(RECYCLED, certificateFor("tenant.example"));
    const without = (name: string): string => `delete ${name}. A`;
    const bury = (name: string): readonly string[] => [
      without(name),
      `delete _holdfast.${name}. TXT`,
      `add _holdfast.${name}. 30 TXT "${TOMBSTONE}"`,
    ];
    await this.#server.update([...bury(RETIRED.signed), ...bury(TARGET)]);
    const { gone, up, recycled, unsigned } = RETIRED;
    const child = [...[gone, up, recycled].map(without), ...bury(unsigned)];
    await this.#server.update(child, CHILD);
  }

  async stop(): Promise<void> {
    for (const address of this.#services.keys()) await this.#end(address);
    await this.#unbound.stop();
    await this.#server.stop();
  }

  async #serve(address: string, certificate: Certificate): Promise<void> {
    const service = https.createServer(certificate, (_request, answer) => answer.end("ok"));
    service.listen(this.servicePort, address);
    await once(service, "listening");
    this.servicePort = (service.address() as AddressInfo).port;
    this.#services.set(address, service);
  }

  async #end(address: string): Promise<void> {
    const service = this.#services.get(address);
    if (service === undefined) return;
    this.#services.delete(address);
    const closed = once(service, "close");
    service.close();
    service.closeAllConnections();
    await closed;
  }
}
