import type { Check } from "./checks.ts";
import type { Place } from "./model.ts";
import type { Scene } from "./scene.ts";

/** Names and types that the forwarder remembers with the least of memory. */
const FORWARDER_ENTRIES_MAX = 500;
/** Questions to the servers about one name and type: one after another. */
const SERVERS_AT_ONCE = 1;
/** Proofs of a short confirmation time come more often than the policy's own pace. */
const PROOFS_EACH_CONFIRM = 8;
const SLACK_MS = 5;
/** The next server is asked after so long at most. */
const NEXT_SERVER_MS = 2000;

const PRIVATE = /^(0\.|10\.|127\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|f[cd]|fe80|::1$)/;
const ALLOWED = /^(10\.1\.|fd)/;

/** How often, and how many at once. */
export class Rates {
  readonly #scene: Scene;
  #trying = 0;
  readonly #asking = new Map<string, number>();
  readonly #provedMs = new Map<string, number>();
  /** By name and type, and by server. */
  readonly #deniedMs = new Map<string, Map<number, number>>();
  readonly #failedMs = new Map<string, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Another life of the process. */
  begin(): void {
    this.#trying = 0;
    this.#asking.clear();
    this.move();
  }

  /** Another network: what was under way counts for nothing. */
  move(): void {
    for (const map of [this.#provedMs, this.#deniedMs, this.#failedMs]) map.clear();
  }

  /** Whether an address may be tried on DNS's word. */
  isAllowed(address: string): boolean {
    const isAllowed = this.#scene.allowNetworks.length > 0 && ALLOWED.test(address);
    return isAllowed || !PRIVATE.test(address);
  }

  size(size: number): string | undefined {
    const { front, entriesMax } = this.#scene;
    const max = front === "library" ? entriesMax : FORWARDER_ENTRIES_MAX;
    return size > max ? `${size} names and types are remembered` : undefined;
  }

  tries(address: string): { readonly check: Check; readonly text: string } | undefined {
    this.#trying += 1;
    if (!this.isAllowed(address)) {
      return { check: "public-only", text: `${address} is tried on DNS's word` };
    }
    if (this.#trying <= this.#scene.tryingMax) return undefined;
    return { check: "bounded", text: `${this.#trying} addresses are tried at once` };
  }

  tried(): void {
    this.#trying = Math.max(0, this.#trying - 1);
  }

  /** An upstream that fails is asked once (all servers, some twice), and then it has a rest. */
  fails(place: Place, nowMs: number): string | undefined {
    const key = keyOf(place);
    const last = this.#failedMs.get(key);
    const isSame = last !== undefined && nowMs - last <= NEXT_SERVER_MS;
    this.#failedMs.set(key, nowMs);
    if (last === undefined || isSame) return undefined;
    const restMs = nowMs - last + SLACK_MS;
    const { failureBackOffMs } = this.#scene.policy;
    return restMs < failureBackOffMs ? `${key} is asked ${restMs} ms after a failure` : undefined;
  }

  /** Something was said; after an answer whatever is doubted is doubted anew. */
  heard(place: Place, kind: "answer" | "denial"): void {
    const key = keyOf(place);
    this.#failedMs.delete(key);
    if (kind === "answer") for (const map of [this.#provedMs, this.#deniedMs]) map.delete(key);
  }

  /** `isHeld`: while a denial is doubted, applications do not make the questions more. */
  asks(place: Place, server: number, nowMs: number, isHeld: boolean): string | undefined {
    const key = keyOf(place);
    const asking = (this.#asking.get(key) ?? 0) + 1;
    this.#asking.set(key, asking);
    if (!place.name.startsWith("_") && asking > SERVERS_AT_ONCE) {
      return `${key} is asked ${asking} times at once`;
    }
    const denied = this.#deniedMs.get(key) ?? new Map<number, number>();
    const beforeMs = denied.get(server) ?? Number.NEGATIVE_INFINITY;
    if (!isHeld) {
      this.#deniedMs.delete(key);
      return undefined;
    }
    this.#deniedMs.set(key, denied.set(server, nowMs));
    const gapMs = nowMs - beforeMs + SLACK_MS;
    return gapMs < this.#scene.policy.recheckMs
      ? `${key} is asked again after ${gapMs} ms`
      : undefined;
  }

  asked(place: Place): void {
    const key = keyOf(place);
    this.#asking.set(key, Math.max(0, (this.#asking.get(key) ?? 0) - 1));
  }

  proves(place: Place, nowMs: number): string | undefined {
    const key = keyOf(place);
    const { proofMs, confirmMs } = this.#scene.policy;
    const gapMs = nowMs - (this.#provedMs.get(key) ?? Number.NEGATIVE_INFINITY) + SLACK_MS;
    this.#provedMs.set(key, nowMs);
    const leastMs = Math.min(proofMs, confirmMs / PROOFS_EACH_CONFIRM);
    return gapMs < leastMs ? `${key} is tried again after ${gapMs} ms` : undefined;
  }
}

function keyOf({ network, name, type }: Place): string {
  return `${network} ${type} ${name}`;
}
