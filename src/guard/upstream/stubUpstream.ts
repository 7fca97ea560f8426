import { type Clock, sleep } from "../../base/index.ts";
import { type Message, type Name, parseName, StubType } from "../../dns/stub/index.ts";
import type { Failure, Outcome, TombstoneOutcome } from "../machine/outcome.ts";
import type { Upstream } from "../machine/ports.ts";
import type { Exchange, Exchanged, QuestionFlags, UpstreamServer } from "./exchange.ts";
import { readOutcome } from "./readOutcome.ts";
import { fenceName, readTombstone } from "./tombstone.ts";

/** One server gets so long, before the next one is asked. */
const SERVER_TIMEOUT_MS = 1500;
/** All servers together: longer than any client waits. */
const TIMEOUT_MS = 5000;
/** Servers asked one after another for one question. */
const TRIES_MAX = 4;
/** Where nobody is there at all servers they are asked again after this. */
const RETRY_MS = 300;
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
  /** Told of the message that an outcome was read of, before the outcome is. */
  readonly heard?: (heard: Heard) => void;
}

interface Answered {
  readonly kind: "answered";
  readonly message: Message;
  readonly server: UpstreamServer;
  readonly isTrusted: boolean;
}

interface Said extends Heard {
  readonly server: UpstreamServer;
}

type Found = Answered | { readonly kind: "none"; readonly failure: Failure["failure"] };

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

  async ask(name: string, type: number, isDenialDoubted = false): Promise<Outcome> {
    const parsed = parseName(name);
    if (parsed.kind === "malformed") return { kind: "failure", failure: "malformed" };
    const { identity } = this;
    const { clock, flags, heard = () => {} } = this.#parts;
    const endMs = clock.monotonicMs() + TIMEOUT_MS;
    const asked = { name: parsed.name, type };
    let said: Said | undefined;
    const found = await this.#ask(parsed.name, type, flags, (answered) => {
      said = saidOf(answered, asked);
      return said.outcome.kind !== "failure";
    });
    if (said === undefined) {
      return { kind: "failure", failure: found.kind === "none" ? found.failure : "malformed" };
    }
    if (isDenialDoubted && isPlainDenial(said.outcome)) {
      said = await this.#contradicted(said, endMs - clock.monotonicMs());
    }
    // Of another network by now: nobody is to remember it.
    if (this.identity === identity) heard(said);
    return said.outcome;
  }

  /** A server's denial, or what speaks against it (or for it) of all that the others say. */
  async #contradicted(denial: Said, leftMs: number): Promise<Said> {
    const { exchange, isTrusted, flags, clock } = this.#parts;
    const { name, type, outcome: denied } = denial;
    const sinceMs = clock.monotonicMs();
    const waitMs = Math.max(0, Math.min(SERVER_TIMEOUT_MS, leftMs));
    const place = placeOf(denial.server);
    const others = this.#inOrder().filter((server) => placeOf(server) !== place);
    const asked = others.slice(0, TRIES_MAX - 1).map(async (server) => {
      const exchanged = await exchange.ask(server, name, type, waitMs, flags);
      this.#noteSilence(server, exchanged);
      if (exchanged.kind !== "answered") return [];
      const answered = { ...exchanged, server, isTrusted: isTrusted(server) };
      return [saidOf(answered, { name, type })];
    });
    const said = (await Promise.all(asked)).flat();
    const good = said.find(({ outcome }) => outcome.kind === "answer" && !outcome.isStale);
    if (good?.outcome.kind === "answer") {
      return { ...good, outcome: { ...good.outcome, isDisputed: true } };
    }
    const isSure = ({ outcome }: Said) => outcome.kind === "denial" && !isPlainDenial(outcome);
    const sure = said.find(isSure);
    if (sure !== undefined || denied.kind !== "denial") return sure ?? denial;
    return { ...denial, outcome: { ...denied, agoMs: clock.monotonicMs() - sinceMs } };
  }

  async findTombstone(names: readonly string[]): Promise<TombstoneOutcome> {
    const all = await Promise.all(names.map((name) => this.#tombstoneOf(name)));
    const found = all.filter((one) => one.found === "tombstone");
    const sure = found.find(({ isAuthenticated }) => isAuthenticated) ?? found[0];
    const unknown = all.find((one) => one.found === "unknown");
    return sure ?? unknown ?? { found: "none", isAuthenticated: false };
  }

  async #tombstoneOf(name: string): Promise<TombstoneOutcome> {
    const parsed = parseName(name);
    const fence = parsed.kind === "parsed" ? fenceName(parsed.name) : undefined;
    if (fence === undefined) return { found: "none", isAuthenticated: false };
    const found = await this.#ask(fence, StubType.TXT, undefined, ({ message, isTrusted }) => {
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
    isGood: (answered: Answered) => boolean,
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
      this.#noteSilence(server, exchanged);
      if (exchanged.kind === "malformed") failure = "malformed";
      const isRound = (tries + 1) % servers.length === 0 && tries + 1 < TRIES_MAX;
      // All of them: a server that starts again is away for a moment.
      if (exchanged.kind === "unreachable" && isRound) await sleep(clock, RETRY_MS);
      if (exchanged.kind !== "answered") continue;
      const answered = { ...exchanged, server, isTrusted: isTrusted(server) };
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

  #noteSilence(server: UpstreamServer, { kind }: Exchanged): void {
    if (kind === "silent" || kind === "unreachable")
      this.#silentMs.set(placeOf(server), this.#parts.clock.monotonicMs());
    else this.#silentMs.delete(placeOf(server));
  }
}

function saidOf(
  { message, server, isTrusted }: Answered,
  { name, type }: { readonly name: Name; readonly type: number },
): Said {
  const outcome = readOutcome(message, name, type, isTrusted);
  return { name, type, message, server, isTrusted, outcome };
}

/** A denial that is not believed at once. */
function isPlainDenial(outcome: Outcome): boolean {
  return outcome.kind === "denial" && !outcome.isAuthenticated && !outcome.isFiltered;
}

function placeOf({ address, port }: UpstreamServer): string {
  return `${address}#${port}`;
}
