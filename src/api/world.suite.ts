import { request } from "node:http";
import { type Clock, SILENT_LOG } from "../base/index.ts";
import { PLAIN_DNS, PLAIN_ZONE, type Settings } from "../config/index.ts";
import { nameOf } from "../dns/index.ts";
import { RealChance } from "../net/index.ts";
import {
  type EndpointPolicy,
  makePlan,
  type Plan,
  type Policy,
  type Target,
  type TargetHealth,
} from "../plan/index.ts";
import { MemoryStore } from "../store/index.ts";
import type { ProcessTable } from "../supervise/index.ts";
import type { ApiDeps, GateView } from "./apiDeps.ts";
import { startApi } from "./startApi.ts";

/** The zone of every endpoint in these tests. */
const ZONE = nameOf("use1.holdfast.example");
/** The token of the API in these tests. */
export const TOKEN = "test-token";

/** Real timers, and a clock face that a test can set forward. */
export class TestClock implements Clock {
  #aheadMs = 0;

  monotonicMs(): number {
    return performance.now() + this.#aheadMs;
  }

  wallMs(): number {
    return Date.now() + this.#aheadMs;
  }

  wakeAfter(afterMs: number, task: () => void): () => void {
    const timer = setTimeout(task, afterMs);
    return () => clearTimeout(timer);
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}

function endpoint(label: string, answers: number | "all" = 2): EndpointPolicy {
  return {
    name: nameOf(`${label}.use1.holdfast.example`),
    zone: ZONE,
    poolIds: ["ddb"],
    types: ["A"],
    ttlSeconds: 5,
    answers,
    floor: 1,
    velocity: { fractionMax: 1, windowMs: 1000 },
  };
}

const TARGETS: readonly Target[] = ["a1", "b1", "c1"].map((id, index) => ({
  id: `lb-${id}`,
  availabilityZone: `use1-az${index + 1}`,
  ipv4: `127.1.1.${index + 1}`,
  capacity: 100,
}));

/** A policy with one pool of three targets and endpoints of these first labels. */
function policyOf(labels: readonly string[]): Policy {
  return {
    region: "use1",
    zones: [{ name: ZONE, storeIds: ["embedded"] }],
    targets: TARGETS,
    checks: [
      {
        ...{ id: "http", kind: "http", port: 8080, path: "/healthz", intervalMs: 1000 },
        ...{ timeoutMs: 500, jitterMs: 100, rise: 2, fall: 2 },
      },
    ],
    pools: [{ id: "ddb", checkId: "http", targetIds: TARGETS.map((target) => target.id) }],
    endpoints: labels.map((label) => endpoint(label)),
  };
}

function settingsOf(policy: Policy): Settings {
  const zone = {
    ...PLAIN_ZONE,
    name: ZONE,
    negativeTtlSeconds: 5,
    apexTtlSeconds: 300,
    storeIds: ["embedded"],
  };
  const nameserver = { name: nameOf("ns1.use1.holdfast.example"), addresses: ["127.0.0.1"] };
  return {
    formatVersion: 1,
    policy,
    zones: [{ ...zone, hostmaster: nameOf("hostmaster.example"), nameservers: [nameserver] }],
    stores: [{ id: "embedded", kind: "embedded" }],
    keys: [],
    dns: { ...PLAIN_DNS, listen: [{ address: "127.0.0.1", port: 5300 }] },
    api: { listen: { address: "127.0.0.1", port: 0 } },
    enactorIds: ["enactor-az1"],
    vantage: "prober-use1",
    demo: { loadBalancers: true },
  };
}

/** A gate that is on, of a zone that is seeded. */
export const GATE_ON: GateView = {
  zone: ZONE,
  storeId: "embedded",
  gate: { kind: "none" },
  seeded: "seeded",
};

/** A region in memory with an API in front of it, on a real socket. */
export class ApiWorld {
  readonly clock = new TestClock();
  readonly store: MemoryStore;
  readonly deps: ApiDeps;
  gates: readonly GateView[] = [GATE_ON];
  table: ProcessTable | undefined = {
    region: "use1",
    pid: 1,
    sinceMs: 0,
    processes: [
      {
        ...{ id: "enactor-az1", role: "enactor", pid: 42, state: "running", sinceMs: 0 },
        ...{ restarts: 1, reportAgeMs: 10 },
        report: { generation: 1, pending: 0, confirmed: 2, lagMs: 0, quarantined: [] },
      },
    ],
  };

  constructor(change: Partial<ApiDeps> = {}) {
    this.store = new MemoryStore({ region: "use1", clock: this.clock });
    const settings = settingsOf(policyOf([]));
    this.deps = {
      listen: { address: "127.0.0.1", port: 0 },
      store: this.store,
      journal: this.store,
      processes: async () => this.table,
      held: async (name) => [
        { storeId: "embedded", reading: { kind: "unreadable", endpoint: name, problem: "a test" } },
      ],
      gates: async () => this.gates,
      settings: () => settings,
      token: TOKEN,
      tokenPath: ".holdfast/token",
      clock: this.clock,
      chance: new RealChance(),
      log: SILENT_LOG,
      ...change,
    };
  }

  /** Accepts a policy, and plans it. */
  async plan(labels: readonly string[]): Promise<void> {
    await this.store.putPolicy(policyOf(labels), "configuration");
    await this.replan();
  }

  /** Plans what changed; false where nothing did. Hold-downs of `watched` orders are over. */
  async replan(watched: readonly string[] = []): Promise<boolean> {
    const [head, policy] = await Promise.all([this.store.head(), this.store.policy()]);
    const parent: Plan | undefined = await this.store.read();
    const outcome = makePlan({
      region: "use1",
      policy: policy?.policy ?? policyOf([]),
      inventory: await this.store.inventory(),
      forces: await this.store.forces(),
      parent: parent ?? { region: "use1", generation: 0, digest: "", entries: new Map() },
      floorGeneration: head.floorGeneration,
      epochs: head.epochs,
      ...(head.endedOverrides && { endedOverrides: head.endedOverrides }),
      ...(head.remembered && { remembered: head.remembered }),
      orders: await this.store.orders(),
      watched: new Set(watched),
      served: new Map(),
      nowMs: this.clock.monotonicMs(),
      wallMs: this.clock.wallMs(),
      actor: "planner",
      trigger: "a test",
    });
    this.clock.advance(2_000); // so that what the API remembers is old
    if (outcome.kind === "nothing-to-do") return false;
    await this.store.append(outcome.delta);
    return true;
  }

  /** Reports health of targets by id. */
  async report(states: Readonly<Record<string, "up" | "down">>): Promise<void> {
    const changed = Object.entries(states).map(
      ([targetId, state]): TargetHealth => ({
        ...{ targetId, checkId: "http", state, fresh: true, sinceMs: this.clock.wallMs() },
        detail: state === "up" ? "2 of 2 passed" : "HTTP 503",
      }),
    );
    await this.store.report({ vantage: "prober-use1", changed });
    this.clock.advance(2_000);
  }

  /** Starts the API, runs a test against it, ends both. */
  async serve(test: (api: Asker) => Promise<void>): Promise<void> {
    const api = await startApi(this.deps);
    try {
      await test(new Asker(api.local.port));
    } finally {
      await api.close();
      await this.store.close();
    }
  }
}

/** One answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Asks an API over a real socket, with any headers that a test wants. */
export class Asker {
  readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<Answer> {
    const host = `127.0.0.1:${this.port}`;
    return new Promise((resolve, reject) => {
      const options = { method, path, port: this.port, host: "127.0.0.1", agent: false };
      const sent = request({ ...options, headers: { host, ...headers } }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
        response.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** The JSON body of a GET; rejects where its status is another. */
  async get(path: string, status = 200): Promise<unknown> {
    const answer = await this.send("GET", path);
    if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }

  /** Waits until so many clients follow events. */
  async watched(count: number): Promise<void> {
    await until(`${count} watchers`, async () => {
      return (await this.send("GET", "/metrics")).text.includes(`holdfast_api_watchers ${count}`);
    });
  }

  /** Changes something, with the token. */
  change(method: string, path: string, body?: object): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      "holdfast-actor": "operator:ann",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    return this.send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
  }
}

/** Waits until something is so; rejects where it never comes to be. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`never came to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
