import type { ProcessState, Role } from "./machine/index.ts";
import type { RoleReport } from "./message.ts";

/** A process with what it last said. */
export interface ProcessView {
  readonly state: ProcessState;
  readonly report: RoleReport | undefined;
}

/** Roles that every one of must have settled: all zones speak, and the API listens. */
const SETTLING_ROLES: ReadonlySet<Role> = new Set<Role>(["nameserver", "store"]);

/**
 * Whether all that was asked for is served: every part works, every zone speaks, and one enactor
 * has seen each endpoint hold what the newest plan says. One is enough, as each sees to them all.
 */
export function isRegionReady(views: readonly ProcessView[]): boolean {
  const works = views.every(({ state, report }) => {
    const settles = SETTLING_ROLES.has(state.spec.role);
    return state.ready && (!settles || report?.settled === true);
  });
  return works && views.some(({ state, report }) => isEnactor(state) && report?.settled === true);
}

/** How far the enactor is that has come farthest; undefined where none has a plan yet. */
export function regionProgress(
  views: readonly ProcessView[],
): { readonly done: number; readonly total: number } | undefined {
  let best: { readonly done: number; readonly total: number } | undefined;
  for (const { state, report } of views) {
    const progress = report?.progress;
    if (!isEnactor(state) || progress === undefined || progress.total === 0) continue;
    if (best === undefined || progress.done > best.done) best = progress;
  }
  return best;
}

function isEnactor(state: ProcessState): boolean {
  return state.spec.role === "enactor";
}
