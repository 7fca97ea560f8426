import { type CancelWake, type Clock, SILENT_LOG } from "../base/index.ts";
import { type Name, nameOf } from "../dns/index.ts";
import type { NewEvent } from "../journal/index.ts";
import {
  type PlanDelta,
  type PlanEntry,
  type PlanHead,
  type Policy,
  planDigest,
  type ServingEntry,
  type TargetHealth,
} from "../plan/index.ts";
import type { Store } from "./store.ts";

/** The region of every store under test. */
export const REGION = "use1";

/** A clock that a test moves by hand. */
export class ManualClock implements Clock {
  #nowMs = 1_000;
  readonly #wakes = new Map<() => void, number>();

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return 1_760_000_000_000 + this.#nowMs;
  }

  wakeAfter(afterMs: number, task: () => void): CancelWake {
    const wake = (): void => task();
    this.#wakes.set(wake, this.#nowMs + afterMs);
    return () => this.#wakes.delete(wake);
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const [wake, dueMs] of [...this.#wakes]) {
      if (dueMs > this.#nowMs || !this.#wakes.delete(wake)) continue;
      wake();
    }
  }
}

/** Real time, for adapters with sockets. */
export const REAL_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  wakeAfter: (afterMs, task) => {
    const timer = setTimeout(task, afterMs);
    return () => clearTimeout(timer);
  },
};

/** Options of a store under test. */
export function options(clock: Clock, journalEventsMax?: number) {
  const bounded = journalEventsMax === undefined ? {} : { journalEventsMax };
  return { region: REGION, clock, log: SILENT_LOG, ...bounded };
}

/** An endpoint's name by its first label. */
export function endpoint(label: string): Name {
  return nameOf(`${label}.use1.holdfast.example.`);
}

/** An entry that serves `addresses` addresses. */
export function serving(label: string, generation: number, addresses = 1): ServingEntry {
  const records = Array.from({ length: addresses }, (_, index) => ({
    rdata: `192.0.2.${index + 1}`,
    weight: 100,
  }));
  const [first = { rdata: "192.0.2.1", weight: 100 }, ...others] = records;
  return {
    kind: "serving",
    endpoint: endpoint(label),
    zone: nameOf("use1.holdfast.example."),
    epoch: 0,
    generation,
    digest: `digest-of-${label}-in-${generation}`,
    answers: "all",
    rrsets: [{ type: "A", ttlSeconds: 5, records: [first, ...others] }],
    actor: "planner",
    cause: `lb-a1 out: down, HTTP 503 (plan ${generation})`,
  };
}

/** A retired endpoint. */
export function tombstone(label: string, generation: number): PlanEntry {
  return {
    kind: "tombstone",
    endpoint: endpoint(label),
    zone: nameOf("use1.holdfast.example."),
    epoch: 0,
    generation,
    digest: `digest-of-${label}-in-${generation}`,
    tombstoneId: "t-1",
    retiredAtMs: 7,
    actor: "operator:ann",
    cause: "retired",
  };
}

/** What a delta is made of; the rest follows from the head. */
export interface DeltaFacts {
  readonly generation: number;
  readonly changed: readonly PlanEntry[];
}

/** The delta that follows a head. */
export function deltaAfter(
  head: Pick<PlanHead, "generation" | "digest">,
  { generation, changed }: DeltaFacts,
): PlanDelta {
  return {
    region: REGION,
    generation,
    parentGeneration: head.generation,
    digest: planDigest(REGION, head.digest, generation, changed),
    parentDigest: head.digest,
    actor: "planner",
    cause: `plan ${generation}`,
    madeAtMs: 5,
    changed,
  };
}

/** Appends a plan that changes these endpoints, each to `addresses` addresses. */
export async function appendPlan(
  store: Store,
  labels: readonly string[],
  addresses = 1,
): Promise<PlanDelta> {
  const head = await store.head();
  const generation = Math.max(head.generation, head.floorGeneration) + 1;
  const changed = [...labels].sort().map((label) => serving(label, generation, addresses));
  const delta = deltaAfter(head, { generation, changed });
  const outcome = await store.append(delta);
  if (outcome.kind !== "accepted") throw new Error(`plan was not accepted: ${outcome.kind}`);
  return delta;
}

/** A small policy; `ttlSeconds` makes one that differs. */
export function samplePolicy(ttlSeconds = 5): Policy {
  return {
    region: REGION,
    zones: [{ name: nameOf("use1.holdfast.example."), storeIds: ["embedded"] }],
    targets: [
      { id: "lb-a1", availabilityZone: "use1-az1", ipv4: "192.0.2.1", capacity: 100 },
      { id: "lb-b1", availabilityZone: "use1-az2", ipv6: "2001:db8::1", capacity: 50 },
    ],
    checks: [
      {
        id: "http",
        kind: "http",
        port: 8080,
        path: "/healthz",
        intervalMs: 1_000,
        timeoutMs: 500,
        jitterMs: 100,
        rise: 2,
        fall: 2,
      },
    ],
    pools: [{ id: "ddb", checkId: "http", targetIds: ["lb-a1", "lb-b1"] }],
    endpoints: [
      {
        name: endpoint("dynamodb"),
        zone: nameOf("use1.holdfast.example."),
        poolIds: ["ddb"],
        types: ["A", "AAAA"],
        ttlSeconds,
        answers: 2,
        floor: 1,
        velocity: { fractionMax: 0.5, windowMs: 10_000 },
      },
    ],
  };
}

/** One result of a probe. */
export function health(targetId: string, state: TargetHealth["state"], sinceMs = 3): TargetHealth {
  return { targetId, checkId: "http", state, fresh: true, sinceMs, detail: `${targetId} ${state}` };
}

/** Something that happened to `subject`. */
export function happened(subject: string, text = "happened"): NewEvent {
  return {
    atMs: 9,
    kind: "endpoint-enacted",
    actor: "enactor-az1",
    subject,
    text,
    facts: { generation: 1, drift: false, store: "embedded" },
  };
}
