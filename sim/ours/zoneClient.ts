import { type Name, type RRset, RRType, rcodeText, type Update } from "../../src/dns/index.ts";
import {
  type EndpointWrite,
  fenceName,
  type Gate,
  type GateFound,
  gateName,
  type Reading,
  SEED_TEXT,
  seedName,
  type WriteOutcome,
  weightsName,
  type ZoneStore,
  type ZoneStoreAbilities,
} from "../../src/plan/index.ts";
import { readControlText } from "../../src/provider/controlText.ts";
import { gateFound, readingOf } from "../../src/provider/readingOf.ts";
import { outcomeOfRcode } from "../../src/provider/rfc2136/answers.ts";
import { endpointUpdate, gateUpdate, seedUpdate } from "../../src/provider/updateOf.ts";
import type { Answer, DnsReply, DnsService, Host, Port, Writer } from "../design.ts";
import type { Scene } from "../schedule/act.ts";

/** Past it, what became of a request is unknown. */
const PATIENCE_MS = 1_000;
const STREAM = { patienceMs: PATIENCE_MS, transport: "stream" } as const;

/** The shipped provider's way to a DNS server, with messages that stay objects. */
export class ZoneClient implements ZoneStore {
  readonly id = "dns";
  readonly abilities: ZoneStoreAbilities;
  readonly #host: Host;
  readonly #port: Port<DnsService>;
  readonly #writerKind: Writer["kind"];
  readonly #listeners: (() => void)[] = [];
  #contact = 1;
  /** The server at the other end: another one is another connection. */
  #server: DnsService | undefined;
  readonly #seedReadIn = new Map<Name, number>();

  constructor(host: Host, port: Port<DnsService>, scene: Scene, kind: Writer["kind"]) {
    this.#host = host;
    this.#port = port;
    this.#writerKind = kind;
    const isEmbedded = scene.server === "embedded";
    this.abilities = {
      fencing: "fenced multi-record",
      weightedAnswers: isEmbedded,
      gateIsCondition: true,
      needsSeed: isEmbedded,
      writesPerCommitMax: 64,
    };
  }

  read(_zone: Name, endpoints: readonly Name[]): Promise<readonly Reading[]> {
    return Promise.all(endpoints.map((endpoint) => this.#readOne(endpoint)));
  }

  commit(zone: Name, writes: readonly EndpointWrite[]): Promise<readonly WriteOutcome[]> {
    return Promise.all(writes.map((write) => this.update(endpointUpdate(zone, write))));
  }

  async readGate(zone: Name): Promise<GateFound> {
    const name = gateName(zone);
    const found = await this.#query([name], "read gate");
    if (found.kind === "unreadable") return found;
    return gateFound(rrsetAt(found.rrsets, name, RRType.TXT));
  }

  writeGate(zone: Name, expected: string | undefined, gate: Gate): Promise<WriteOutcome> {
    return this.update(gateUpdate(zone, expected, gate));
  }

  async readSeed(zone: Name): Promise<"seeded" | "unseeded" | "unknown"> {
    const name = seedName(zone);
    const contact = this.#contact;
    const found = await this.#query([name], "read seed");
    if (found.kind === "unreadable") return "unknown";
    this.#seedReadIn.set(zone, contact);
    const text = readControlText(rrsetAt(found.rrsets, name, RRType.TXT), "one");
    return text.kind === "text" && text.text === SEED_TEXT ? "seeded" : "unseeded";
  }

  async writeSeed(zone: Name, unfenced: readonly Name[]): Promise<WriteOutcome> {
    const contact = this.#contact;
    if (this.#seedReadIn.get(zone) !== contact) return { kind: "condition-failed" };
    // Over that connection only: a server that is another one since then takes nothing from it,
    // though nobody may have noticed yet.
    const server = this.#server;
    return this.update(seedUpdate(zone, unfenced), (now) => now === server);
  }

  onReconnect(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#listeners.length = 0;
  }

  /** Any UPDATE, and what became of it. */
  async update(update: Update, only?: (service: DnsService) => boolean): Promise<WriteOutcome> {
    const { id, life, clock } = this.#host;
    const by: Writer = { id, life, kind: this.#writerKind, wallMs: clock.wallMs() };
    const answer = await this.#ask(
      (service) => (only?.(service) === false ? undefined : service.update(update, by)),
      "update",
    );
    if (answer.kind !== "answered") return { kind: "unknown", problem: problemOf(answer) };
    if (answer.reply === undefined) return { kind: "unknown", problem: "another connection" };
    return outcomeOf(answer.reply);
  }

  async #readOne(endpoint: Name): Promise<Reading> {
    const names = [fenceName(endpoint), weightsName(endpoint), endpoint];
    const found = await this.#query(names, "read");
    if (found.kind === "unreadable") return { ...found, endpoint };
    return readingOf(endpoint, {
      fence: rrsetAt(found.rrsets, fenceName(endpoint), RRType.TXT),
      weights: rrsetAt(found.rrsets, weightsName(endpoint), RRType.TXT),
      records: found.rrsets.filter(({ name }) => name === endpoint),
    });
  }

  async #query(
    names: readonly Name[],
    what: string,
  ): Promise<{ kind: "held"; rrsets: readonly RRset[] } | { kind: "unreadable"; problem: string }> {
    const server = this.#server;
    const answer = await this.#ask((service) => service.read(names), what);
    if (answer.kind !== "answered") return { kind: "unreadable", problem: problemOf(answer) };
    if (server !== undefined && server !== this.#server) {
      return { kind: "unreadable", problem: "another connection" };
    }
    return { kind: "held", rrsets: answer.reply };
  }

  /** A connection that fails is made anew, and what was read over the old one may be old. */
  async #ask<Reply>(
    work: (service: DnsService) => Reply | Promise<Reply>,
    what: string,
  ): Promise<Answer<Reply>> {
    const answer = await this.#host.ask(
      this.#port,
      (service) => {
        const reply = work(service);
        if (!(reply instanceof Promise)) return { service, reply };
        return reply.then((later) => ({ service, reply: later }));
      },
      { ...STREAM, what },
    );
    if (answer.kind !== "answered") {
      if (answer.kind === "no-answer") this.#server = undefined;
      return answer;
    }
    const { service, reply } = answer.reply;
    if (service !== this.#server) {
      this.#server = service;
      this.#contact += 1;
      for (const listener of this.#listeners) listener();
    }
    return { kind: "answered", reply };
  }
}

function rrsetAt(rrsets: readonly RRset[], name: Name, type: number): RRset | undefined {
  return rrsets.find((rrset) => rrset.name === name && rrset.type === type);
}

function problemOf(answer: Answer<unknown>): string {
  return answer.kind === "no-answer" ? answer.problem : "the server failed";
}

/** What became of an UPDATE, as the shipped provider reads it. */
function outcomeOf({ rcode, problem }: DnsReply): WriteOutcome {
  const said = problem === undefined ? "" : `: ${problem}`;
  return outcomeOfRcode(rcode, `${rcodeText(rcode)}${said}`);
}
