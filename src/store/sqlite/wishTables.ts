import type { Force, Policy, PolicyRevision } from "../../plan/index.ts";
import { canonicalJson } from "../canonicalJson.ts";
import { POLICY_REVISIONS_MAX } from "../limits.ts";
import { jsonIn, numberIn, textIn, wholeIn } from "./rows.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/** The newest policy as it lies on disk. */
export interface HeldPolicy {
  readonly revision: PolicyRevision;
  /** Its canonical JSON: what a new policy is compared with. */
  readonly json: string;
}

/** What people want, as tables. Writes happen inside the caller's step. */
export class WishTables {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  policy(): HeldPolicy | undefined {
    return this.#file.read("read the policy", () => {
      const row = this.#file
        .statement("SELECT * FROM policies ORDER BY revision DESC LIMIT 1")
        .get();
      if (row === undefined) return undefined;
      const revision = {
        revision: wholeIn(row, "revision"),
        policy: jsonIn<Policy>(row, "json"),
        actor: textIn(row, "actor"),
        acceptedAtMs: numberIn(row, "accepted_at_ms"),
      };
      return { revision, json: textIn(row, "json") };
    });
  }

  addPolicy(revision: PolicyRevision): void {
    this.#file
      .statement("INSERT INTO policies VALUES (?, ?, ?, ?)")
      .run(
        revision.revision,
        canonicalJson(revision.policy),
        revision.actor,
        revision.acceptedAtMs,
      );
    this.#file
      .statement("DELETE FROM policies WHERE revision <= ?")
      .run(revision.revision - POLICY_REVISIONS_MAX);
  }

  /** In order of target. */
  forces(): readonly Force[] {
    return this.#file.read("read forces", () =>
      this.#file
        .statement("SELECT json FROM forces ORDER BY target_id")
        .all()
        .map((row) => jsonIn<Force>(row, "json")),
    );
  }

  force(targetId: string): Force | undefined {
    return this.#file.read("read a force", () => {
      const row = this.#file.statement("SELECT json FROM forces WHERE target_id = ?").get(targetId);
      return row === undefined ? undefined : jsonIn<Force>(row, "json");
    });
  }

  forceCount(): number {
    return this.#file.read("count forces", () => {
      const row = this.#file.statement("SELECT count(*) AS count FROM forces").get();
      return row === undefined ? 0 : wholeIn(row, "count");
    });
  }

  setForce(force: Force): void {
    this.#file
      .statement("INSERT OR REPLACE INTO forces (target_id, json) VALUES (?, ?)")
      .run(force.targetId, JSON.stringify(force));
  }

  dropForce(targetId: string): void {
    this.#file.statement("DELETE FROM forces WHERE target_id = ?").run(targetId);
  }
}
