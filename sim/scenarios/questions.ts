// What scenarios ask besides what every checker asks.
import type { Name } from "../../src/dns/index.ts";
import { fenceSeen } from "../checkers/checker.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import type { EndpointState } from "../world/zoneState.ts";
import type { Seen } from "./directedWorld.ts";
import { API } from "./words.ts";

/** Further than any plan of a scenario comes by itself. */
const GENERATION_MAX = 1_000;

type Question = (seen: Seen) => string | undefined;

/** While the faults last: it answers by then, with both address types and, if asked, this one. */
export function answersAt(atMs: number, address?: string): Question {
  return ({ changes }) => {
    const state = stateAt(changes, atMs, API);
    const { A = "", AAAA = "" } = state?.answers ?? {};
    if (A === "" || AAAA === "") return `at ${atMs} ms it does not answer`;
    if (address === undefined || A === address) return undefined;
    return `at ${atMs} ms it answers ${A}, not ${address}`;
  };
}

/** While the faults last: the server speaks for the zone by then. */
export function speaksAt(atMs: number): Question {
  return ({ changes }) => {
    const speaks = changes.findLast((change) => change.atMs <= atMs)?.after.speaks;
    return speaks === true ? undefined : `at ${atMs} ms the server is silent`;
  };
}

/** Nobody has retired it by then. */
export function servesAt(atMs: number): Question {
  return ({ changes }) => {
    const seen = fenceSeen(stateAt(changes, atMs, API)?.fence);
    const isRetired = seen.kind === "fence" && seen.fence.mark?.kind === "tombstone";
    return isRetired ? `at ${atMs} ms it is retired` : undefined;
  };
}

/** It is retired by then, with nothing left. */
export function retiredAt(atMs: number): Question {
  return ({ changes }) => {
    const records = stateAt(changes, atMs, API)?.records ?? [];
    return records.length === 0 ? undefined : `at ${atMs} ms it answers again, or still`;
  };
}

/** Automation changes no endpoint between two moments. */
export function quietBetween(fromMs: number, untilMs: number): Question {
  return ({ changes }) => {
    const found = changes.find(({ by, atMs, before, after }) => {
      if (by.kind !== "automation" || atMs <= fromMs || atMs >= untilMs) return false;
      return [...after.endpoints].some(([name, state]) => before.endpoints.get(name) !== state);
    });
    return found && `${found.by.id} wrote at ${found.atMs} ms, between ${fromMs} and ${untilMs}`;
  };
}

/** Whoever stops at something has said so: the journal has an event of this kind. */
export function told(kind: string): Question {
  return ({ ledger }) => {
    const isTold = ledger.events.some((event) => event.kind === kind);
    return isTold ? undefined : `the journal has no event of kind ${kind}`;
  };
}

/** No plan went after a number that nobody can have reached. */
export const STAYS_NEAR: Question = ({ ledger }) => {
  const far = [...ledger.newest.values()].find(({ generation }) => generation > GENERATION_MAX);
  return far && `the plan's generation is ${far.generation}`;
};

function stateAt(
  changes: readonly ZoneChange[],
  atMs: number,
  name: Name,
): EndpointState | undefined {
  return changes.findLast((change) => change.atMs <= atMs)?.after.endpoints.get(name);
}
