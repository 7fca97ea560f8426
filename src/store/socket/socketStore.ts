import type { Clock, Log } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import type { JournalEvent, NewEvent } from "../../journal/index.ts";
import {
  type AppendOutcome,
  type CleanUpOutcome,
  type EntryVersion,
  type EpochSeen,
  type Force,
  type Generation,
  type HealthReport,
  healthKey,
  type Inventory,
  type Order,
  type Plan,
  type PlanChanges,
  type PlanDelta,
  type PlanHead,
  type PlanRetention,
  type PlanSummary,
  type Policy,
  type PolicyRevision,
  type Position,
  type ServingEntry,
  type StoreHint,
} from "../../plan/index.ts";
import { HintBoard } from "../hintBoard.ts";
import { EPOCHS_SEEN_MAX, REMEMBERED_MAX } from "../limits.ts";
import type { Store } from "../store.ts";
import { Caller } from "./caller.ts";
import { Contact } from "./contact.ts";
import { OPERATIONS } from "./operations.ts";
import { planOf } from "./planSchemas.ts";
import type { WatchLine } from "./protocol.ts";
import { checkSocketPath } from "./socketPath.ts";

/**
 * The plan store and journal of another process, over its socket. A call rejects with StoreError
 * `unreachable` at once where nobody listens, or after its deadline where nobody answers; hints
 * come back by themselves, with `connected` after every loss of contact.
 */
export class SocketStore implements Store {
  readonly #caller: Caller;
  readonly #contact: Contact;
  readonly #board = new HintBoard(false);
  #listening: Promise<void> | undefined;

  /** Throws StoreError `refused` where the path is too long. Talks to nobody yet. */
  constructor(socketPath: string, ports: { readonly clock: Clock; readonly log: Log }) {
    checkSocketPath(socketPath);
    this.#caller = new Caller(socketPath, ports.clock);
    this.#contact = new Contact(socketPath, ports, {
      line: (line) => this.#hear(line),
      lost: () => this.#board.contactLost(),
    });
  }

  head(): Promise<PlanHead> {
    return this.#caller.call(OPERATIONS.head, {});
  }

  append(delta: PlanDelta): Promise<AppendOutcome> {
    return this.#caller.call(OPERATIONS.append, delta);
  }

  async read(generation?: Generation): Promise<Plan | undefined> {
    const request = generation === undefined ? {} : { generation };
    const message = await this.#caller.call(OPERATIONS.read, request);
    return message === undefined ? undefined : planOf(message);
  }

  changesAfter(generation: Generation): Promise<PlanChanges> {
    return this.#caller.call(OPERATIONS.changesAfter, { generation });
  }

  summaries(limit: number, before?: Generation): Promise<readonly PlanSummary[]> {
    const request = before === undefined ? { limit } : { limit, before };
    return this.#caller.call(OPERATIONS.summaries, request);
  }

  history(endpoint: Name, limit: number): Promise<readonly EntryVersion[]> {
    return this.#caller.call(OPERATIONS.history, { endpoint, limit });
  }

  raiseFloor({ epoch, generation }: Position): Promise<void> {
    return this.#caller.call(OPERATIONS.raiseFloor, { epoch, generation });
  }

  raiseEpochs(seen: readonly EpochSeen[]): Promise<void> {
    // What is over the bound comes again with the next report.
    const some = seen.slice(0, EPOCHS_SEEN_MAX);
    const message = some.map(({ endpoint, epoch }) => ({ endpoint, epoch }));
    return this.#caller.call(OPERATIONS.raiseEpochs, message);
  }

  remember(entries: readonly ServingEntry[]): Promise<void> {
    return this.#caller.call(OPERATIONS.remember, entries.slice(0, REMEMBERED_MAX));
  }

  cleanUp({ plansMin, plansMax, madeAfterMs }: PlanRetention): Promise<CleanUpOutcome> {
    return this.#caller.call(OPERATIONS.cleanUp, { plansMin, plansMax, madeAfterMs });
  }

  policy(): Promise<PolicyRevision | undefined> {
    return this.#caller.call(OPERATIONS.policy, {});
  }

  putPolicy(policy: Policy, actor: string): Promise<PolicyRevision> {
    return this.#caller.call(OPERATIONS.putPolicy, { policy, actor });
  }

  forces(): Promise<readonly Force[]> {
    return this.#caller.call(OPERATIONS.forces, {});
  }

  putForce({ targetId, state, actor, reason }: Omit<Force, "sinceMs">): Promise<void> {
    return this.#caller.call(OPERATIONS.putForce, { targetId, state, actor, reason });
  }

  release(targetId: string, actor: string): Promise<boolean> {
    return this.#caller.call(OPERATIONS.release, { targetId, actor });
  }

  orders(): Promise<readonly Order[]> {
    return this.#caller.call(OPERATIONS.orders, {});
  }

  putOrders(orders: readonly Order[]): Promise<void> {
    return this.#caller.call(OPERATIONS.putOrders, orders);
  }

  endOrders(ids: readonly string[], actor: string, why: string): Promise<readonly string[]> {
    return this.#caller.call(OPERATIONS.endOrders, { ids, actor, why });
  }

  endOverrides(
    endpoint: Name,
    ids: readonly string[],
    actor: string,
    why: string,
  ): Promise<readonly string[]> {
    return this.#caller.call(OPERATIONS.endOverrides, { endpoint, ids, actor, why });
  }

  report(report: HealthReport): Promise<void> {
    return this.#caller.call(OPERATIONS.report, report);
  }

  async inventory(): Promise<Inventory> {
    const results = await this.#caller.call(OPERATIONS.inventory, {});
    const keyed = results.map((result) => {
      return [healthKey(result.targetId, result.checkId), result] as const;
    });
    return { health: new Map(keyed) };
  }

  watch(listener: (hint: StoreHint) => void): () => void {
    this.#listen();
    return this.#board.watch(listener);
  }

  record(events: readonly NewEvent[]): Promise<void> {
    return this.#caller.call(OPERATIONS.record, events);
  }

  eventsAfter(after: number, limit: number): Promise<readonly JournalEvent[]> {
    return this.#caller.call(OPERATIONS.eventsAfter, { after, limit });
  }

  newestEvents(limit: number, subject?: string): Promise<readonly JournalEvent[]> {
    const request = subject === undefined ? { limit } : { limit, subject };
    return this.#caller.call(OPERATIONS.newestEvents, request);
  }

  watchJournal(listener: (seq: number) => void): () => void {
    this.#listen();
    return this.#board.watchJournal(listener);
  }

  /** Ends every call under way and the watch; the owner's store stays as it is. */
  async close(): Promise<void> {
    this.#contact.close();
    await this.#caller.close();
  }

  #listen(): void {
    this.#listening ??= this.#contact.run();
  }

  #hear(line: WatchLine): void {
    if (line.kind === "journal") this.#board.journalRose(line.seq);
    if (line.kind !== "hint") return;
    const { kind: _, ...hint } = line;
    // The owner's store says `connected` first to each of its watchers: that is our contact.
    if (hint.topic === "connected") this.#board.contact();
    else this.#board.hint(hint);
  }
}
