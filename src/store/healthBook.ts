import type { Clock } from "../base/index.ts";
import {
  type HealthReport,
  healthKey,
  type Inventory,
  mergeVantages,
  type TargetHealth,
  VANTAGE_FRESH_MS,
  type VantageResult,
} from "../plan/index.ts";
import { HEALTH_RESULTS_MAX, VANTAGES_MAX } from "./limits.ts";
import { refused } from "./storeError.ts";

/** Health as it is kept on disk: what each vantage last said, and what was made of it. */
export interface KeptHealth {
  readonly vantages: ReadonlyMap<string, readonly TargetHealth[]>;
  readonly merged: readonly TargetHealth[];
}

/** What a report, or the passing of time, changes. Nothing is changed until it is committed. */
export interface HealthChange {
  /** Undefined where only time has passed. */
  readonly vantage?: string;
  /** Results of the vantage that differ from what is held. */
  readonly results: readonly TargetHealth[];
  /** Merged states that differ from what is held. */
  readonly merged: readonly TargetHealth[];
  readonly freshVantages: ReadonlySet<string>;
}

interface Vantage {
  readonly results: Map<string, TargetHealth>;
  /** On the monotonic clock; undefined for one not heard of since the start. */
  heardMs: number | undefined;
}

/** A report that is being looked at. */
interface Said {
  readonly vantage: string;
  readonly results: ReadonlyMap<string, TargetHealth>;
}

/**
 * What every vantage said and what they say together. Changes in two steps, so that an adapter can
 * write to disk between: look (`changeBy…`), then {@link commit}.
 */
export class HealthBook {
  readonly #clock: Clock;
  readonly #vantages = new Map<string, Vantage>();
  readonly #merged = new Map<string, TargetHealth>();
  #fresh: ReadonlySet<string> = new Set();

  constructor(clock: Clock, kept: KeptHealth = { vantages: new Map(), merged: [] }) {
    this.#clock = clock;
    for (const [vantage, results] of kept.vantages) {
      this.#vantages.set(vantage, { results: byKey(results), heardMs: undefined });
    }
    for (const merged of kept.merged) {
      this.#merged.set(healthKey(merged.targetId, merged.checkId), { ...merged, fresh: false });
    }
  }

  /** What a report would change. Throws StoreError `refused` where it brings too much. */
  changeByReport(report: HealthReport): HealthChange {
    const held = this.#vantages.get(report.vantage);
    const news = byKey(report.changed);
    const results = [...news].filter(([key, result]) => {
      const before = held?.results.get(key);
      return before === undefined || !sameHealth(before, result);
    });
    this.#checkRoom(report.vantage, held, results);
    const fresh = new Set([...this.#freshNow(), report.vantage]);
    const keys = this.#sameFresh(fresh) ? results.map(([key]) => key) : this.#allKeys(news.keys());
    const said = { vantage: report.vantage, results: news };
    return {
      vantage: report.vantage,
      results: results.map(([, result]) => result),
      merged: this.#mergedChanges(keys, fresh, said),
      freshVantages: fresh,
    };
  }

  /** What the silence of vantages changes; undefined where it changes nothing. */
  changeByTime(): HealthChange | undefined {
    const fresh = this.#freshNow();
    if (this.#sameFresh(fresh)) return undefined;
    const merged = this.#mergedChanges(this.#allKeys([]), fresh, undefined);
    return { results: [], merged, freshVantages: fresh };
  }

  commit(change: HealthChange): void {
    if (change.vantage !== undefined) {
      const results = this.#vantages.get(change.vantage)?.results ?? new Map();
      for (const [key, result] of byKey(change.results)) results.set(key, result);
      this.#vantages.set(change.vantage, { results, heardMs: this.#clock.monotonicMs() });
    }
    for (const [key, merged] of byKey(change.merged)) this.#merged.set(key, merged);
    this.#fresh = change.freshVantages;
  }

  inventory(): Inventory {
    return { health: new Map(this.#merged) };
  }

  /** Milliseconds until the next vantage falls silent; undefined where none has a vote. */
  get silentAfterMs(): number | undefined {
    const nowMs = this.#clock.monotonicMs();
    const waits = [...this.#fresh].map((vantage) => {
      const heardMs = this.#vantages.get(vantage)?.heardMs ?? nowMs;
      return Math.max(0, heardMs + VANTAGE_FRESH_MS + 1 - nowMs);
    });
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  #freshNow(): ReadonlySet<string> {
    const oldestMs = this.#clock.monotonicMs() - VANTAGE_FRESH_MS;
    const heard = [...this.#vantages].filter(([, { heardMs }]) => {
      return heardMs !== undefined && heardMs >= oldestMs;
    });
    return new Set(heard.map(([vantage]) => vantage));
  }

  #sameFresh(fresh: ReadonlySet<string>): boolean {
    return fresh.size === this.#fresh.size && [...fresh].every((name) => this.#fresh.has(name));
  }

  #allKeys(more: Iterable<string>): readonly string[] {
    const keys = new Set(more);
    for (const { results } of this.#vantages.values())
      for (const key of results.keys()) keys.add(key);
    return [...keys];
  }

  #mergedChanges(
    keys: readonly string[],
    fresh: ReadonlySet<string>,
    said: Said | undefined,
  ): readonly TargetHealth[] {
    return keys.flatMap((key) => {
      const before = this.#merged.get(key);
      const merged = mergeVantages(this.#votesOn(key, fresh, said), before);
      if (merged === undefined) return [];
      return before !== undefined && sameHealth(before, merged) ? [] : [merged];
    });
  }

  #votesOn(key: string, fresh: ReadonlySet<string>, said: Said | undefined): VantageResult[] {
    const vantages = new Set(this.#vantages.keys());
    if (said !== undefined) vantages.add(said.vantage);
    return [...vantages].flatMap((vantage) => {
      const news = vantage === said?.vantage ? said.results.get(key) : undefined;
      const result = news ?? this.#vantages.get(vantage)?.results.get(key);
      return result === undefined ? [] : [{ vantage, fresh: fresh.has(vantage), result }];
    });
  }

  #checkRoom(
    vantage: string,
    held: Vantage | undefined,
    results: readonly (readonly [string, TargetHealth])[],
  ): void {
    if (held === undefined && this.#vantages.size >= VANTAGES_MAX) {
      throw refused(
        `Cannot take the report of ${vantage} as a region has <= ${VANTAGES_MAX} vantages: ` +
          `${this.#vantages.size} are known`,
      );
    }
    const added = results.filter(([key]) => held?.results.has(key) !== true).length;
    const count = (held?.results.size ?? 0) + added;
    if (count > HEALTH_RESULTS_MAX) {
      throw refused(
        `Cannot take the report of ${vantage} as a vantage has <= ${HEALTH_RESULTS_MAX} results: ` +
          `they would be ${count}`,
      );
    }
  }
}

function byKey(results: readonly TargetHealth[]): Map<string, TargetHealth> {
  return new Map(results.map((result) => [healthKey(result.targetId, result.checkId), result]));
}

function sameHealth(left: TargetHealth, right: TargetHealth): boolean {
  return (
    left.targetId === right.targetId &&
    left.checkId === right.checkId &&
    left.state === right.state &&
    left.fresh === right.fresh &&
    left.sinceMs === right.sinceMs &&
    left.detail === right.detail
  );
}
