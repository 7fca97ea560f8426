import type { Name } from "../../dns/index.ts";
import type {
  AppendOutcome,
  EntryVersion,
  Generation,
  Plan,
  PlanChanges,
  PlanDelta,
  PlanEntry,
  PlanHead,
  PlanSummary,
  Position,
} from "../../plan/index.ts";
import { raisedFloor } from "../floor.ts";
import { reviewDelta } from "../reviewDelta.ts";
import { jsonIn, numberIn, type Row, textIn, wholeIn } from "./rows.ts";
import type { SqliteFile } from "./sqliteFile.ts";

const SUMMARY_COLUMNS =
  "p.generation, p.parent_generation, p.digest, p.parent_digest, p.actor, p.cause, " +
  "p.made_at_ms, p.changed_count";

/** A region's line of plans, as tables. Each `append` and `raiseFloor` is one step on disk. */
export class LineTables {
  readonly #file: SqliteFile;
  readonly #region: string;
  // Several enactors ask the same at once; it holds as long as the head is this one.
  #lastChanges: PlanChanges | undefined;
  #head: PlanHead;

  constructor(file: SqliteFile, region: string) {
    this.#file = file;
    this.#region = region;
    this.#head = this.#readHead();
  }

  get head(): PlanHead {
    return this.#head;
  }

  append(delta: PlanDelta): AppendOutcome {
    const outcome = this.#file.write("append a plan", (): AppendOutcome => {
      // Read inside the step: the head in memory is only a copy of what is on disk.
      const head = this.#readHead();
      const review = reviewDelta(delta, head, (endpoint) => this.#newestEpoch(endpoint));
      if (review.kind === "not-a-child") return { kind: "not-a-child", head };
      if (review.kind === "refused") return review;
      this.#insert(delta);
      const { generation, digest } = delta;
      return { kind: "accepted", head: { ...head, generation, digest } };
    });
    if (outcome.kind === "accepted") this.#head = outcome.head;
    return outcome;
  }

  read(generation: Generation): Plan | undefined {
    return this.#file.read("read a plan", () => {
      const plan = this.#file
        .statement("SELECT digest FROM plans WHERE generation = ?")
        .get(generation);
      if (plan === undefined) return undefined;
      // One seek per endpoint, however long the line is.
      const rows = this.#file
        .statement(
          `SELECT e.json FROM newest n JOIN entries e ON e.id = (
             SELECT v.id FROM entries v WHERE v.endpoint = n.endpoint AND v.generation <= ?
             ORDER BY v.generation DESC LIMIT 1)
           ORDER BY n.endpoint`,
        )
        .all(generation);
      const entries = new Map<Name, PlanEntry>();
      for (const row of rows) {
        const entry = jsonIn<PlanEntry>(row, "json");
        entries.set(entry.endpoint, entry);
      }
      return { region: this.#region, generation, digest: textIn(plan, "digest"), entries };
    });
  }

  changesAfter(after: Generation): PlanChanges {
    const asked = this.#lastChanges;
    if (asked?.after === after && asked.head === this.#head) return asked;
    return this.#file.read("read changes", () => {
      const rows = this.#file
        .statement(
          `SELECT e.json FROM newest n JOIN entries e ON e.id = n.entry_id
           WHERE n.generation > ? ORDER BY n.endpoint`,
        )
        .all(after);
      const entries = rows.map((row) => jsonIn<PlanEntry>(row, "json"));
      this.#lastChanges = Object.freeze({ head: this.#head, after, entries });
      return this.#lastChanges;
    });
  }

  summaries(limit: number, before: Generation): readonly PlanSummary[] {
    return this.#file.read("list plans", () => {
      const rows = this.#file
        .statement(
          `SELECT ${SUMMARY_COLUMNS} FROM plans p
           WHERE p.generation < ? ORDER BY p.generation DESC LIMIT ?`,
        )
        .all(before, limit);
      return rows.map((row) => this.#summary(row));
    });
  }

  history(endpoint: Name, limit: number): readonly EntryVersion[] {
    return this.#file.read("read an endpoint's history", () => {
      const rows = this.#file
        .statement(
          `SELECT e.json, ${SUMMARY_COLUMNS} FROM entries e JOIN plans p USING (generation)
           WHERE e.endpoint = ? ORDER BY e.generation DESC LIMIT ?`,
        )
        .all(endpoint, limit);
      return rows.map((row) => ({
        entry: jsonIn<PlanEntry>(row, "json"),
        plan: this.#summary(row),
      }));
    });
  }

  /** Whether the floor rose. */
  raiseFloor(seen: Position): boolean {
    const floorGeneration = raisedFloor(this.#head, seen);
    if (floorGeneration === undefined) return false;
    this.#file.write("raise the floor", () => {
      this.#file
        .statement("INSERT OR REPLACE INTO meta (key, value) VALUES ('floor', ?)")
        .run(String(floorGeneration));
    });
    this.#head = { ...this.#head, floorGeneration };
    return true;
  }

  #insert(delta: PlanDelta): void {
    const { generation, changed } = delta;
    this.#file
      .statement("INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        generation,
        delta.parentGeneration,
        delta.digest,
        delta.parentDigest,
        delta.actor,
        delta.cause,
        delta.madeAtMs,
        changed.length,
      );
    const addEntry = this.#file.statement(
      "INSERT INTO entries (endpoint, generation, json) VALUES (?, ?, ?)",
    );
    const setNewest = this.#file.statement(
      "INSERT OR REPLACE INTO newest (endpoint, generation, epoch, entry_id) VALUES (?, ?, ?, ?)",
    );
    for (const entry of changed) {
      const added = addEntry.run(entry.endpoint, generation, JSON.stringify(entry));
      setNewest.run(entry.endpoint, generation, entry.epoch, added.lastInsertRowid);
    }
  }

  #newestEpoch(endpoint: Name): number | undefined {
    const row = this.#file.statement("SELECT epoch FROM newest WHERE endpoint = ?").get(endpoint);
    return row === undefined ? undefined : wholeIn(row, "epoch");
  }

  #readHead(): PlanHead {
    return this.#file.read("read the head", () => {
      const plan = this.#file
        .statement("SELECT generation, digest FROM plans ORDER BY generation DESC LIMIT 1")
        .get();
      const floor = this.#file.statement("SELECT value FROM meta WHERE key = 'floor'").get();
      return {
        region: this.#region,
        generation: plan === undefined ? 0 : wholeIn(plan, "generation"),
        digest: plan === undefined ? "" : textIn(plan, "digest"),
        floorGeneration: floor === undefined ? 0 : Number(textIn(floor, "value")),
      };
    });
  }

  #summary(row: Row): PlanSummary {
    return {
      region: this.#region,
      generation: wholeIn(row, "generation"),
      parentGeneration: wholeIn(row, "parent_generation"),
      digest: textIn(row, "digest"),
      parentDigest: textIn(row, "parent_digest"),
      actor: textIn(row, "actor"),
      cause: textIn(row, "cause"),
      madeAtMs: numberIn(row, "made_at_ms"),
      changedCount: wholeIn(row, "changed_count"),
    };
  }
}
