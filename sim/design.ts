// What a simulated world gives to a design of DNS management, and what it asks of it. Ours and the
// designs of history run under the same schedules, the same faults and the same checkers.
import type { Chance, Clock, Disk, Log } from "../src/base/index.ts";
import type { Name, RRset, Update } from "../src/dns/index.ts";
import type { PlanEntry, Position } from "../src/plan/index.ts";
import type { FaultAct, HandAct, OperatorAct, PolicyAct, Scene } from "./schedule/act.ts";
import type { ZoneChange } from "./world/dnsServer.ts";

/** A way to manage DNS, as a world can run it. */
export interface Design {
  /** As `--design` names it. */
  readonly name: string;
  /** The only kind of server that it knows, whatever the scene says. */
  readonly server?: "plain";
  /** Adds its processes to a world that stands still at its beginning. */
  start(world: DesignWorld): DesignRun;
}

/** A world, as a design sees it. */
export interface DesignWorld {
  readonly scene: Scene;
  /** The DNS server: a process of its own, reached over the network as any other. */
  readonly dns: Port<DnsService>;
  /** The world's own time, which no process can see: for tests of "by then" only. */
  readonly nowMs: number;
  /** What the world's own wall shows now: the time that no clock of a process need agree with. */
  readonly wallMs: number;
  /** Whether a target would pass its check now; somebody has to ask over the network in life. */
  isUp(targetId: string): boolean;
  /** A stream of chance for one purpose. */
  chance(purpose: string): Chance;
  /** A place where a service may be reached. */
  port<Service>(process: string): OpenPort<Service>;
  /** Adds a process; it boots at once, and again whenever it is restarted. */
  spawn(process: ProcessSpec): void;
  /** Ends a process for good. */
  end(id: string): void;
  /** Kills a process, does something to what it left, and boots it again after a while. */
  restart(id: string, downMs: number, between: () => void): void;
  /** Runs a task of the world at a time: what stands for people, not for processes. */
  later(afterMs: number, task: () => void): void;
  /** For the story: one line in plain words; costs nothing where nobody listens. */
  tell(who: string, line: () => string): void;
  /** What happens behind the design's own doors, for the checkers that know it. */
  witness(event: WitnessEvent): void;
}

/** One process of a design. */
export interface ProcessSpec {
  /** Human-readable and unique: `enactor-az1`. Faults name processes by it. */
  readonly id: string;
  /** What it is, so that faults can choose; nothing befalls `people`. */
  readonly role: "planner" | "enactor" | "store" | "prober" | "dns" | "clean-up" | "people";
  /** Begins its work with what is on its disk. Nothing of an earlier life reaches it. */
  boot(host: Host): void;
}

/** What a process may touch. Dead after its process was killed: nothing it asked for comes back. */
export interface Host {
  readonly id: string;
  /** How often the process died before. */
  readonly life: number;
  /** Jumps, drifts and stands still in its wakes, as the schedule wants. */
  readonly clock: Clock;
  readonly chance: Chance;
  readonly disk: Disk;
  readonly log: Log;
  /**
   * Asks another process over the network, which may lose, delay, double and reorder. Never
   * rejects. `work` runs in the other process when the message arrives, once per arrival.
   */
  ask<Service, Reply>(
    port: Port<Service>,
    work: (service: Service) => Reply | Promise<Reply>,
    options: AskOptions,
  ): Promise<Answer<Reply>>;
  /** Offers a service under this process's own id until the process ends. */
  serve<Service>(port: OpenPort<Service>, service: Service): void;
  /** Sends a task to another process, which runs it when it arrives, if it does. */
  send(to: string, task: () => void, what: string): void;
}

/** How a question is asked. */
export interface AskOptions {
  /** After so long on the asker's own clock, the answer is `no-answer`. */
  readonly patienceMs: number;
  /** What it is, in a word: `update`, `read`, `append`. Part of the order of steps. */
  readonly what: string;
  /** A stream (TCP, Unix socket) loses contact as a whole; a datagram by itself. */
  readonly transport: "stream" | "datagram";
}

/** What became of a question. */
export type Answer<Reply> =
  | { readonly kind: "answered"; readonly reply: Reply }
  /** The other process threw: a refusal of its own. */
  | { readonly kind: "failed"; readonly error: unknown }
  /** Nobody knows whether it was done. */
  | { readonly kind: "no-answer"; readonly problem: string };

/** Where a service can be reached; made by {@link DesignWorld.port}. */
export interface Port<Service> {
  readonly process: string;
  /** Undefined while its process does not run. For the network and for tests only. */
  readonly service: Service | undefined;
}

/** The place as whoever offers the service has it. */
export interface OpenPort<Service> extends Port<Service> {
  service: Service | undefined;
}

/** A DNS server, as those see it who reach it. Each call is one message. */
export interface DnsService {
  /** Checks and changes in one atomic step (RFC 2136). */
  update(update: Update, by: Writer): Promise<DnsReply> | DnsReply;
  /**
   * Everything at these names, as signed queries get it. The first name is read first; a plain
   * server may be changed before the others are.
   */
  read(names: readonly Name[]): readonly RRset[] | Promise<readonly RRset[]>;
}

/** What a DNS server says to an UPDATE. */
export interface DnsReply {
  readonly rcode: number;
  readonly problem?: string;
}

/** Who sends an UPDATE. */
export interface Writer {
  /** Id of a process. */
  readonly id: string;
  /** Which life of it. */
  readonly life: number;
  /** `automation` is judged by every rule; a person's own act by those that hold for people. */
  readonly kind: "automation" | "operator";
  /** What the writer's own wall clock said when it sent this. */
  readonly wallMs: number;
}

/** Reads the zone as it is now, from outside of everything. */
export interface ZoneReader {
  rrset(name: Name, type: number): RRset | undefined;
  rrsetsAt(name: Name): readonly RRset[];
  /** Whether the server speaks for the zone at all; what it does not speak of is not empty. */
  readonly speaks: boolean;
}

/** A design at work. */
export interface DesignRun {
  /** Somebody put another configuration in place. */
  configure(act: PolicyAct): void;
  /** Does what a person asks for, if this design knows such a thing at all. */
  operate(act: OperatorAct): "done" | "unknown-here";
  /** Faults of its own plan store and planners; those of links and processes are the world's. */
  fault?(act: FaultAct): void;
  /** The place in the line of plans that an endpoint's records are from; undefined: none known. */
  positionOf(zone: ZoneReader, endpoint: Name): Position | undefined;
  /** The zone changed: for what a design's own `unfinished` has to know of the past. */
  see?(change: ZoneChange): void;
  /** Every fault has ended: people let automation run, and adopt what is not the design's yet. */
  resume?(zone: ZoneReader): void;
  /**
   * Long after, where not all is right: people do what only people can (raise, put right). What is
   * beyond the design's own tools is returned, and done by hand.
   */
  tidyUp(zone: ZoneReader): readonly HandAct[];
  /** What is still not as the newest plan says, in plain words; undefined where everything is. */
  unfinished(zone: ZoneReader): string | undefined | Promise<string | undefined>;
}

/** What a design tells of itself, for the checkers that know it. */
export type WitnessEvent =
  /** A plan was accepted. */
  | { readonly kind: "plan"; readonly entries: readonly PlanEntry[] }
  /** Old plans were dropped; what must be as before is told of both times. */
  | { readonly kind: "clean-up"; readonly before: StoreFacts; readonly after: StoreFacts };

/** All of a plan store that a clean-up must leave as it is. */
export interface StoreFacts {
  readonly generation: number;
  readonly digest: string;
  /** Position and digest of each endpoint's newest entry. */
  readonly newest: ReadonlyMap<string, string>;
}
