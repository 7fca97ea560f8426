import type { CleanUpOutcome, Generation, PlanRetention } from "../../plan/index.ts";
import { type AgedPlan, cutOf, STEP_PLANS_MAX, type Stock } from "../cleanUp.ts";
import { numberIn, wholeIn } from "./rows.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/** The oldest plan that can be read, as a term of SQL; 0 before the first clean-up. */
export const OLDEST_PLAN =
  "(SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE key = 'oldest-plan')";

/** Share of the file's limit past which history makes room: the other half is for what comes. */
const FILE_SHARE_CROWDED = 0.5;

/**
 * One step of a clean-up, inside the caller's step on disk. Cost follows what is dropped.
 *
 * Pages that become free are used again by what is written next: the file does not shrink, and does
 * not grow while as much is dropped as is added.
 */
export function cleanUpLine(file: SqliteFile, retention: PlanRetention): CleanUpOutcome {
  const oldest = oldestFirst(file);
  const cut = cutOf(oldest, stockOf(file), retention);
  const { plans, oldestGeneration } = cut;
  if (plans === 0) return { ...cut, entries: 0 };
  file
    .statement("INSERT OR REPLACE INTO meta (key, value) VALUES ('oldest-plan', ?)")
    .run(String(oldestGeneration));
  const emptied = new Set(oldest.slice(0, plans).map(({ generation }) => generation));
  const { from, entries } = dropEntries(file, oldest[0]?.generation ?? 0, oldestGeneration);
  for (const generation of from) emptied.add(generation);
  // A plan that an entry in use is from stays, as the origin that the entry's history tells.
  const drop = file.statement(
    `DELETE FROM plans WHERE generation = ? AND generation < ?
     AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.generation = plans.generation)`,
  );
  for (const generation of emptied) drop.run(generation, oldestGeneration);
  return { ...cut, entries };
}

function oldestFirst(file: SqliteFile): readonly AgedPlan[] {
  return file
    .statement(
      `SELECT generation, made_at_ms, changed_count FROM plans WHERE generation >= ${OLDEST_PLAN}
       ORDER BY generation LIMIT ${STEP_PLANS_MAX + 1}`,
    )
    .all()
    .map((row) => ({
      generation: wholeIn(row, "generation"),
      madeAtMs: numberIn(row, "made_at_ms"),
      changedCount: wholeIn(row, "changed_count"),
    }));
}

function stockOf(file: SqliteFile): Stock {
  const row = file
    .statement(
      `SELECT count(*) AS plans, coalesce(sum(changed_count), 0) AS entries FROM plans
       WHERE generation >= ${OLDEST_PLAN}`,
    )
    .get();
  const isFileCrowded = file.usedShare() > FILE_SHARE_CROWDED;
  if (row === undefined) return { plans: 0, entries: 0, isFileCrowded };
  return { plans: wholeIn(row, "plans"), entries: wholeIn(row, "entries"), isFileCrowded };
}

// An entry goes where the oldest plan that is kept, or one before it, has a newer one: no plan that
// can be read needs it, and it is not its endpoint's newest. What was so before the last cut is
// gone already, so that only plans behind that cut are looked at.
function dropEntries(
  file: SqliteFile,
  lastCut: Generation,
  oldestGeneration: Generation,
): { readonly from: readonly Generation[]; readonly entries: number } {
  const rows = file
    .statement(
      `DELETE FROM entries WHERE id IN (
         SELECT old.id FROM entries later
         JOIN entries old ON old.endpoint = later.endpoint AND old.generation < later.generation
         WHERE later.generation > ? AND later.generation <= ?)
       RETURNING generation`,
    )
    .all(lastCut, oldestGeneration);
  return { from: rows.map((row) => wholeIn(row, "generation")), entries: rows.length };
}
