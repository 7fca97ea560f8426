/** One target's damped health under one check, as last confirmed. */
export interface TargetHealth {
  readonly targetId: string;
  readonly checkId: string;
  /** Last confirmed state; `unknown` only where nothing was ever confirmed. */
  readonly state: "up" | "down" | "unknown";
  /** False when nobody could probe it lately: the state is then the last one known, and is kept. */
  readonly fresh: boolean;
  /** Wall clock when the state began, for people. */
  readonly sinceMs: number;
  /** Why, in a few words: `HTTP 503`, `connection refused`, `2 of 2 passed`. */
  readonly detail: string;
}

/** What was last seen of the targets. May be stale or partial: a missing target is unknown. */
export interface Inventory {
  /** Keyed by {@link healthKey}. */
  readonly health: ReadonlyMap<string, TargetHealth>;
}

/** Identity of a health result: one target under one check. */
export function healthKey(targetId: string, checkId: string): string {
  return `${targetId}/${checkId}`;
}
