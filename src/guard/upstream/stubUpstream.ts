import type { Clock } from "../../base/index.ts";
import { type Message, type Name, parseName, RRType } from "../../dns/index.ts";
import type { Failure, Outcome, TombstoneOutcome } from "../machine/outcome.ts";
import type { Upstream } from "../machine/ports.ts";
import type { Exchange, QuestionFlags, UpstreamServer } from "./exchange.ts";
import { readOutcome } from "./readOutcome.ts";
import { fenceName, readTombstone } from "./tombstone.ts";

/** One server gets so long, before the next one is asked. */
const SERVER_TIMEOUT_MS = 1500;
/** All servers together: longer than any client waits. */
const TIMEOUT_MS = 5000;
/** Servers asked one after another for one question. */
const TRIES_MAX = 4;
/** A server that did not answer is asked after the others for so long. */
const SILENT_MS = 30_000;

/** A message of a server, and what it was taken for. */
export interface Heard {
  readonly name: Name;
  readonly type: number;
  readonly message: Message;
  /** See {@link StubParts.isTrusted}. */
  readonly isTrusted: boolean;
  readonly outcome: Outcome;
}

/** Ports and settings of {@link StubUpstream}. */
export interface StubParts {
  readonly exchange: Pick<Exchange, "ask">;
  readonly clock: Clock;
  /** In the order in which they are asked; at least one. Read anew for each question. */
  readonly servers: () => readonly UpstreamServer[];
  /** Which network this machine is in: see {@link Upstream.identity}. */
  readonly network: () => string;
  /** Whether a server's word on DNSSEC counts, as nobody between can change it. */
  readonly isTrusted: (server: UpstreamServer) => boolean;
  /** Of questions for outcomes, not for tombstones. */
  readonly flags?: QuestionFlags;
  /** Told of each message that an outcome was read of, before the outcome is. */
  readonly heard?: (heard: Heard) => void;
}

type Found =
  | { readonly kind: "answered"; readonly message: Message; readonly isTrusted: boolean }
  | { readonly kind: "none"; readonly failure: Failure["failure"] };

/** Asks recursive servers, as a stub resolver does (RFC 9499 section 6). */
export class StubUpstream implements Upstream {
  readonly #parts: StubParts;
  readonly #silentMs = new Map<string, number>();

  constructor(parts: StubParts) {
    this.#parts = parts;
  }

  get identity(): string {
    const { servers, network } = this.#parts;
    return `${network()}/${servers().map(placeOf).join(",")}`;
  }

  async ask(name: string, type: number): Promise<Outcome> {
    const parsed = parseName(name);
    if (parsed.kind === "malformed") return { kind: "failure", failure: "malformed" };
    const { identity } = this;
    const { flags, heard = () => {} } = this.#parts;
    let outcome: Outcome | undefined;
    const found = await this.#ask(parsed.name, type, flags, ({ message, isTrusted }) => {
      const read = readOutcome(message, parsed.name, type, isTrusted);
      outcome = read;
      // Of another network by now: nobody is to remember it.
      if (this.identity === identity) {
        heard({ name: parsed.name, type, message, isTrusted, outcome: read });
      }
      return read.kind !== "failure";
    });
    if (outcome !== undefined) return outcome;
    return { kind: "failure", failure: found.kind === "none" ? found.failure : "malformed" };
  }

  async findTombstone(names: readonly string[]): Promise<TombstoneOutcome> {
    let found: TombstoneOutcome = { found: "none", isAuthenticated: false };
    for (const name of names) {
      const one = await this.#tombstoneOf(name);
      if (one.found === "tombstone") return one;
      if (one.found === "unknown") found = one;
    }
    return found;
  }

  async #tombstoneOf(name: string): Promise<TombstoneOutcome> {
    const parsed = parseName(name);
    const fence = parsed.kind === "parsed" ? fenceName(parsed.name) : undefined;
    if (fence === undefined) return { found: "none", isAuthenticated: false };
    const found = await this.#ask(fence, RRType.TXT, undefined, ({ message, isTrusted }) => {
      return readTombstone(message, fence, isTrusted).found !== "unknown";
    });
    if (found.kind === "none") return { found: "unknown", isAuthenticated: false };
    return readTombstone(found.message, fence, found.isTrusted);
  }

  /** Asks one server after another, until one says what `isGood` takes. */
  async #ask(
    name: Name,
    type: number,
    flags: QuestionFlags | undefined,
    isGood: (answered: Extract<Found, { kind: "answered" }>) => boolean,
  ): Promise<Found> {
    const { clock, exchange, isTrusted } = this.#parts;
    const endMs = clock.monotonicMs() + TIMEOUT_MS;
    const servers = this.#inOrder();
    let failure: Failure["failure"] = "timeout";
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const server = servers[tries % servers.length];
      const leftMs = endMs - clock.monotonicMs();
      if (server === undefined || leftMs <= 0) break;
      const waitMs = Math.min(SERVER_TIMEOUT_MS, leftMs);
      const exchanged = await exchange.ask(server, name, type, waitMs, flags);
      this.#noteSilence(server, exchanged.kind === "silent");
      if (exchanged.kind === "malformed") failure = "malformed";
      if (exchanged.kind !== "answered") continue;
      const { message } = exchanged;
      const answered = { kind: "answered", message, isTrusted: isTrusted(server) } as const;
      if (isGood(answered)) return answered;
      if (tries + 1 >= servers.length) break; // all of them said so
    }
    return { kind: "none", failure };
  }

  /** Servers that were silent of late stand last: not every question is to wait for a dead one. */
  #inOrder(): readonly UpstreamServer[] {
    const servers = this.#parts.servers();
    if (this.#silentMs.size === 0) return servers;
    const beforeMs = this.#parts.clock.monotonicMs() - SILENT_MS;
    const isSilent = (server: UpstreamServer): boolean =>
      (this.#silentMs.get(placeOf(server)) ?? beforeMs) > beforeMs;
    return [...servers.filter((one) => !isSilent(one)), ...servers.filter(isSilent)];
  }

  #noteSilence(server: UpstreamServer, isSilent: boolean): void {
    if (isSilent) this.#silentMs.set(placeOf(server), this.#parts.clock.monotonicMs());
    else this.#silentMs.delete(placeOf(server));
  }
}

function placeOf({ address, port }: UpstreamServer): string {
  return `${address}#${port}`;
}
