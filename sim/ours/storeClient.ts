import type { Journal, JournalEvent, NewEvent } from "../../src/journal/index.ts";
import type { PlanStore, StoreHint } from "../../src/plan/index.ts";
import { HintBoard } from "../../src/store/hintBoard.ts";
import type { MemoryStore } from "../../src/store/memory/memoryStore.ts";
import { StoreError } from "../../src/store/storeError.ts";
import type { Host, Port } from "../design.ts";
import type { StoreService } from "./storeHouse.ts";

/** Past it, a call to the plan store counts as lost. */
const PATIENCE_MS = 1_000;
/** Wait before contact is tried again, drawn from here to twice this. */
const RECONNECT_MS = 100;

/**
 * The shipped store's socket client, with messages that stay objects: every call is one message
 * and one answer, and hints come only while there is contact.
 */
export class StoreClient implements PlanStore, Journal {
  readonly #host: Host;
  readonly #port: Port<StoreService>;
  readonly #board = new HintBoard(false);
  /** The service that hints come from; undefined while there is no contact. */
  #contact: StoreService | undefined;
  #isConnecting = false;

  constructor(host: Host, port: Port<StoreService>) {
    this.#host = host;
    this.#port = port;
    void this.#connect();
  }

  head = () => this.#ask("head", (store) => store.head());
  append: PlanStore["append"] = (delta) => this.#ask("append", (store) => store.append(delta));
  read: PlanStore["read"] = (generation) =>
    this.#ask("read plan", (store) => store.read(generation));
  changesAfter: PlanStore["changesAfter"] = (after) =>
    this.#ask("changes", (store) => store.changesAfter(after));
  summaries: PlanStore["summaries"] = (limit, before) =>
    this.#ask("summaries", (store) => store.summaries(limit, before));
  history: PlanStore["history"] = (endpoint, limit) =>
    this.#ask("history", (store) => store.history(endpoint, limit));
  raiseFloor: PlanStore["raiseFloor"] = (seen) =>
    this.#ask("raise floor", (store) => store.raiseFloor(seen));
  raiseEpochs: PlanStore["raiseEpochs"] = (seen) =>
    this.#ask("raise epochs", (store) => store.raiseEpochs(seen));
  remember: PlanStore["remember"] = (entries) =>
    this.#ask("remember", (store) => store.remember(entries));
  cleanUp: PlanStore["cleanUp"] = (retention) =>
    this.#ask("clean up", (store) => store.cleanUp(retention));
  policy = () => this.#ask("policy", (store) => store.policy());
  putPolicy: PlanStore["putPolicy"] = (policy, actor) =>
    this.#ask("put policy", (store) => store.putPolicy(policy, actor));
  forces = () => this.#ask("forces", (store) => store.forces());
  putForce: PlanStore["putForce"] = (force) =>
    this.#ask("put force", (store) => store.putForce(force));
  release: PlanStore["release"] = (target, actor) =>
    this.#ask("release", (store) => store.release(target, actor));
  orders = () => this.#ask("orders", (store) => store.orders());
  putOrders: PlanStore["putOrders"] = (orders) =>
    this.#ask("put orders", (store) => store.putOrders(orders));
  endOrders: PlanStore["endOrders"] = (ids, actor, why) =>
    this.#ask("end orders", (store) => store.endOrders(ids, actor, why));
  endOverrides: PlanStore["endOverrides"] = (endpoint, ids, actor, why) =>
    this.#ask("end overrides", (store) => store.endOverrides(endpoint, ids, actor, why));
  report: PlanStore["report"] = (report) => this.#ask("report", (store) => store.report(report));
  inventory = () => this.#ask("inventory", (store) => store.inventory());
  record = (events: readonly NewEvent[]): Promise<void> =>
    this.#ask("record", (store) => store.record(events));
  eventsAfter = (after: number, limit: number): Promise<readonly JournalEvent[]> =>
    this.#ask("events", (store) => store.eventsAfter(after, limit));
  newestEvents = (limit: number, subject?: string): Promise<readonly JournalEvent[]> =>
    this.#ask("events", (store) => store.newestEvents(limit, subject));

  watch(listener: (hint: StoreHint) => void): () => void {
    return this.#board.watch(listener);
  }

  watchJournal(listener: (seq: number) => void): () => void {
    return this.#board.watchJournal(listener);
  }

  async #ask<Result>(
    operation: string,
    call: (store: MemoryStore) => Promise<Result>,
  ): Promise<Result> {
    const answer = await this.#host.ask(
      this.#port,
      async (service) => ({ service, result: await call(service.store) }),
      { patienceMs: PATIENCE_MS, what: operation, transport: "stream" },
    );
    if (answer.kind === "failed") throw answer.error;
    if (answer.kind === "answered") {
      // Another process under the same address: whoever told us things before is gone.
      if (answer.reply.service !== this.#contact) this.#loseContact();
      return answer.reply.result;
    }
    this.#loseContact();
    const message = `Cannot ${operation} as the plan store must answer: ${answer.problem}`;
    throw new StoreError({ code: "unreachable", operation }, message);
  }

  #loseContact(): void {
    if (this.#contact !== undefined) this.#board.contactLost();
    this.#contact = undefined;
    void this.#connect();
  }

  async #connect(): Promise<void> {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    const host = this.#host;
    for (let attempt = 0; this.#contact === undefined; attempt += 1) {
      if (attempt > 0) await this.#pause();
      // Hints of an earlier contact are nobody's any more.
      let isCurrent = true;
      const hear = (hint: StoreHint): void => {
        if (isCurrent && this.#contact !== undefined) this.#board.hint(hint);
      };
      const lost = (): void => {
        if (isCurrent && this.#contact !== undefined) this.#loseContact();
      };
      const answer = await host.ask(
        this.#port,
        (service) => {
          service.subscribe({ process: host.id, hear, lost });
          return service;
        },
        { patienceMs: PATIENCE_MS, what: "subscribe", transport: "stream" },
      );
      if (answer.kind === "answered") this.#contact = answer.reply;
      else isCurrent = false;
    }
    this.#isConnecting = false;
    this.#board.contact();
  }

  #pause(): Promise<void> {
    const { clock, chance } = this.#host;
    return new Promise((resolve) => {
      clock.wakeAfter(RECONNECT_MS + chance.below(RECONNECT_MS), resolve);
    });
  }
}
