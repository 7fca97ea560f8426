import type { TargetHealth } from "../../plan/index.ts";
import type { HealthChange, KeptHealth } from "../healthBook.ts";
import { jsonIn, textIn } from "./rows.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/** What vantages said, as tables: written on change only, so that a sign of life costs no disk. */
export class HealthTables {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  kept(): KeptHealth {
    return this.#file.read("read health", () => {
      const vantages = new Map<string, TargetHealth[]>();
      for (const row of this.#file.statement("SELECT vantage, json FROM target_health").all()) {
        const vantage = textIn(row, "vantage");
        const results = vantages.get(vantage) ?? [];
        results.push(jsonIn<TargetHealth>(row, "json"));
        vantages.set(vantage, results);
      }
      const merged = this.#file
        .statement("SELECT json FROM merged_health")
        .all()
        .map((row) => jsonIn<TargetHealth>(row, "json"));
      return { vantages, merged };
    });
  }

  /** One step on disk; none where there is nothing to write. */
  write(change: HealthChange): void {
    const { vantage, results, merged } = change;
    if (results.length === 0 && merged.length === 0) return;
    this.#file.write("keep health", () => {
      const setResult = this.#file.statement(
        `INSERT OR REPLACE INTO target_health (vantage, target_id, check_id, json)
         VALUES (?, ?, ?, ?)`,
      );
      if (vantage !== undefined) {
        for (const result of results) {
          setResult.run(vantage, result.targetId, result.checkId, JSON.stringify(result));
        }
      }
      const setMerged = this.#file.statement(
        "INSERT OR REPLACE INTO merged_health (target_id, check_id, json) VALUES (?, ?, ?)",
      );
      for (const result of merged) {
        setMerged.run(result.targetId, result.checkId, JSON.stringify(result));
      }
    });
  }
}
