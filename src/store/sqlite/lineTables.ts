import type { Name } from "../../dns/index.ts";
import type {
  AppendOutcome,
  EndedOverrides,
  EntryVersion,
  EpochSeen,
  Generation,
  Plan,
  PlanChanges,
  PlanDelta,
  PlanEntry,
  PlanHead,
  PlanSummary,
  Position,
  ServingEntry,
} from "../../plan/index.ts";
import { type EndedOverride, headAfterEnded, headWithoutCarried } from "../endedOverrides.ts";
import { epochsAfter, raisedEpochs } from "../epochs.ts";
import { raisedFloor } from "../floor.ts";
import { headAfterRemembered, headWithoutPlanned } from "../remembered.ts";
import { type HeldBeside, type HeldEntry, reviewDelta } from "../reviewDelta.ts";
import { OLDEST_PLAN } from "./cleanUpLine.ts";
import { jsonIn, nameIn, numberIn, type Row, textIn, wholeIn } from "./rows.ts";
import type { SqliteFile } from "./sqliteFile.ts";

const SUMMARY_COLUMNS =
  "p.generation, p.parent_generation, p.digest, p.parent_digest, p.actor, p.cause, " +
  "p.made_at_ms, p.changed_count";

/** A region's line of plans, as tables. Each `append` is one step on disk. */
export class LineTables {
  readonly #file: SqliteFile;
  readonly #region: string;
  readonly #retirementOf: HeldBeside["retirementOf"];
  // Several enactors ask the same at once; it holds as long as the head is this one.
  #lastChanges: PlanChanges | undefined;
  #head: PlanHead;

  constructor(file: SqliteFile, region: string, retirementOf: HeldBeside["retirementOf"]) {
    this.#file = file;
    this.#region = region;
    this.#retirementOf = retirementOf;
    this.#head = this.#readHead();
  }

  get head(): PlanHead {
    return this.#head;
  }

  append(delta: PlanDelta): AppendOutcome {
    const outcome = this.#file.write("append a plan", (): AppendOutcome => {
      // Read inside the step: the head in memory is only a copy of what is on disk.
      const head = this.#readHead();
      const review = reviewDelta(delta, head, {
        newest: (endpoint) => this.#newest(endpoint),
        retirementOf: this.#retirementOf,
      });
      if (review.kind === "not-a-child") return { kind: "not-a-child", head };
      if (review.kind === "refused") return review;
      this.#insert(delta);
      const epochs = epochsAfter(head.epochs, delta.changed);
      this.#dropEpochs(head.epochs, epochs);
      const after = headWithoutPlanned(headWithoutCarried(head, delta.changed), delta.changed);
      if (after !== head) this.#writeLists(after);
      const { generation, digest } = delta;
      return { kind: "accepted", head: { ...after, generation, digest, epochs } };
    });
    if (outcome.kind === "accepted") this.#head = outcome.head;
    return outcome;
  }

  read(generation: Generation): Plan | undefined {
    return this.#file.read("read a plan", () => {
      const plan = this.#file
        .statement(`SELECT digest FROM plans WHERE generation = ? AND generation >= ${OLDEST_PLAN}`)
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
           WHERE p.generation < ? AND p.generation >= ${OLDEST_PLAN}
           ORDER BY p.generation DESC LIMIT ?`,
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

  /** The head once a fence was seen; undefined where the floor stays. Nothing is changed yet. */
  headAfterFence(seen: Position): PlanHead | undefined {
    const floorGeneration = raisedFloor(this.#head, seen);
    return floorGeneration === undefined ? undefined : { ...this.#head, floorGeneration };
  }

  /** The head of an old copy: of what its plans retired, names may have been revived since. */
  headOfCopy(): PlanHead | undefined {
    return this.headAfterFence({ epoch: 0, generation: this.#head.generation });
  }

  /** The head once epochs were seen; undefined where none is new. Nothing is changed yet. */
  headAfterEpochs(
    more: readonly EpochSeen[],
    confirmedBy: "person" | "nobody",
  ): PlanHead | undefined {
    const known = {
      seen: this.#head.epochs,
      newest: (endpoint: Name) => this.#newest(endpoint)?.epoch,
    };
    const epochs = raisedEpochs(known, more, confirmedBy);
    return epochs === undefined ? undefined : { ...this.#head, epochs };
  }

  /** The head once overrides ended; undefined where none is news. Nothing is changed yet. */
  headAfterEnded(more: readonly EndedOverride[], before = this.#head): PlanHead | undefined {
    return headAfterEnded(before, more, (endpoint) => this.#endsOf(endpoint));
  }

  /** The head once entries are remembered; undefined where none is news. Nothing is changed yet. */
  headAfterRemembered(more: readonly ServingEntry[]): PlanHead | undefined {
    const isPlanned = (endpoint: Name) => this.#newest(endpoint) !== undefined;
    return headAfterRemembered(this.#head, more, isPlanned);
  }

  tombstoneOf(endpoint: Name): string | undefined {
    return this.#newest(endpoint)?.tombstoneId;
  }

  /** Writes what was seen in fences, inside the caller's step, who then settles the head. */
  writeHead(head: PlanHead): void {
    const { floorGeneration, epochs } = head;
    this.#writeLists(head);
    this.#file
      .statement("INSERT OR REPLACE INTO meta (key, value) VALUES ('floor', ?)")
      .run(String(floorGeneration));
    const setEpoch = this.#file.statement(
      "INSERT OR REPLACE INTO epochs_seen (endpoint, epoch) VALUES (?, ?)",
    );
    for (const { endpoint, epoch } of epochs) setEpoch.run(endpoint, epoch);
  }

  /** Takes note of a head that is on disk. */
  settle(head: PlanHead): void {
    this.#head = head;
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
      `INSERT OR REPLACE INTO newest (endpoint, generation, epoch, tombstone_id, entry_id)
       VALUES (?, ?, ?, ?, ?)`,
    );
    for (const entry of changed) {
      const added = addEntry.run(entry.endpoint, generation, JSON.stringify(entry));
      const tombstoneId = entry.kind === "tombstone" ? entry.tombstoneId : null;
      const { endpoint, epoch } = entry;
      setNewest.run(endpoint, generation, epoch, tombstoneId, added.lastInsertRowid);
    }
  }

  #writeLists({ endedOverrides = [], remembered = [] }: PlanHead): void {
    const write = this.#file.statement("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    write.run("ended-overrides", JSON.stringify(endedOverrides));
    write.run("remembered", JSON.stringify(remembered));
  }

  #endsOf(endpoint: Name): readonly string[] {
    const row = this.#file
      .statement(
        `SELECT e.json FROM newest n JOIN entries e ON e.id = n.entry_id WHERE n.endpoint = ?`,
      )
      .get(endpoint);
    if (row === undefined) return [];
    return jsonIn<PlanEntry>(row, "json").ends ?? [];
  }

  #dropEpochs(before: readonly EpochSeen[], after: readonly EpochSeen[]): void {
    if (before.length === after.length) return;
    const kept = new Set(after.map(({ endpoint }) => endpoint));
    const drop = this.#file.statement("DELETE FROM epochs_seen WHERE endpoint = ?");
    for (const { endpoint } of before) if (!kept.has(endpoint)) drop.run(endpoint);
  }

  #newest(endpoint: Name): HeldEntry | undefined {
    const row = this.#file
      .statement("SELECT epoch, tombstone_id FROM newest WHERE endpoint = ?")
      .get(endpoint);
    if (row === undefined) return undefined;
    const tombstoneId = row["tombstone_id"] === null ? undefined : textIn(row, "tombstone_id");
    return { epoch: wholeIn(row, "epoch"), tombstoneId };
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
        epochs: this.#epochsSeen(),
        ...this.#lists(),
      };
    });
  }

  #lists(): Pick<PlanHead, "endedOverrides" | "remembered"> {
    const endedOverrides = this.#list<EndedOverrides>("ended-overrides");
    const remembered = this.#list<ServingEntry>("remembered");
    return {
      ...(endedOverrides.length === 0 ? {} : { endedOverrides }),
      ...(remembered.length === 0 ? {} : { remembered }),
    };
  }

  #list<Item>(key: string): readonly Item[] {
    const row = this.#file.statement("SELECT value FROM meta WHERE key = ?").get(key);
    return row === undefined ? [] : jsonIn<readonly Item[]>(row, "value");
  }

  #epochsSeen(): readonly EpochSeen[] {
    return this.#file
      .statement("SELECT endpoint, epoch FROM epochs_seen ORDER BY endpoint")
      .all()
      .map((row) => ({ endpoint: nameIn(row, "endpoint"), epoch: wholeIn(row, "epoch") }));
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
