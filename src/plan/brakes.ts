import type { Name } from "../dns/index.ts";
import type { Inventory } from "./inventory.ts";
import type { PlannedContent } from "./plan.ts";
import { addressesOf, memberAddresses } from "./plannerCause.ts";
import { membersOf, servedBy } from "./plannerChoice.ts";
import { indexPolicy } from "./plannerIndex.ts";
import { type Member, poolStates } from "./plannerMember.ts";
import { shownIds, velocityText } from "./plannerNotes.ts";
import { capacityOfAll } from "./plannerVelocity.ts";
import type { EndpointPolicy, Policy } from "./policy.ts";
import type { Force } from "./target.ts";

/**
 * Which limit of an ordinary plan it is: `floor`, too few usable targets; `capacity`, more leaves
 * at once than checks may take out; `unusable-target`, one comes in that failed or that operators
 * took out; `unknown-address`, one that no target has; `not-configured`, nothing is known of it.
 */
export type BrakeKind =
  | "floor"
  | "capacity"
  | "unusable-target"
  | "unknown-address"
  | "not-configured";

/** A limit that would hold an ordinary plan back. */
export interface Brake {
  readonly endpoint: Name;
  readonly kind: BrakeKind;
  /** One line for people. */
  readonly text: string;
}

/** What is known of targets at one moment. */
interface Standings {
  /** Undefined where none was ever accepted. */
  readonly policy: Policy | undefined;
  readonly inventory: Inventory;
  readonly forces: readonly Force[];
}

/** Content of an endpoint before and after a person's act. */
interface Move {
  readonly endpoint: Name;
  readonly before: PlannedContent;
  readonly after: PlannedContent;
}

const NO_POLICY: Policy = {
  ...{ region: "", zones: [], targets: [], checks: [], pools: [], endpoints: [] },
};
/** A rounding error must not hold anything. */
const ROUNDING = 1e-9;

/**
 * What of the planner's own rules speaks against content that a person wants: it keeps to none of
 * them, as it is pinned. The returned function judges one endpoint, in a fixed order; usually
 * nothing. Capacity is judged by what is planned now, not by the peak of the window before.
 */
export function brakesOn(standings: Standings): (move: Move) => readonly Brake[] {
  const { policy = NO_POLICY, inventory, forces } = standings;
  const index = indexPolicy(policy);
  const states = poolStates(index, inventory, forces);
  return (move) => {
    const endpoint = index.endpoints.get(move.endpoint);
    const found =
      endpoint === undefined
        ? NOT_CONFIGURED
        : braking(endpoint, membersOf(endpoint, states), move);
    return found.map(([kind, text]) => ({ endpoint: move.endpoint, kind, text }));
  };
}

type Found = readonly [kind: BrakeKind, text: string];

const NOT_CONFIGURED: readonly Found[] = [
  ["not-configured", "is no longer in the configuration: nobody checks its targets"],
];

function braking(
  endpoint: EndpointPolicy,
  members: readonly Member[],
  { before, after }: Move,
): readonly Found[] {
  return [
    ...floorBrake(endpoint, members, before, after),
    ...capacityBrake(endpoint, members, before, after),
    ...unusableBrake(members, before, after),
    ...unknownBrake(members, before, after),
  ];
}

// What is under the floor anyway is no worse for it: an ordinary plan would have failed open.
function floorBrake(
  { floor }: EndpointPolicy,
  members: readonly Member[],
  before: PlannedContent,
  after: PlannedContent,
): readonly Found[] {
  const usable = (content: PlannedContent): number => {
    return servedIn(members, content).filter(({ standing }) => standing === "usable").length;
  };
  const left = usable(after);
  if (left >= floor || left >= usable(before)) return [];
  const targets = servedIn(members, after).length;
  return [["floor", `leaves ${left} of ${targets} targets usable: the floor is ${floor}`]];
}

function capacityBrake(
  endpoint: EndpointPolicy,
  members: readonly Member[],
  before: PlannedContent,
  after: PlannedContent,
): readonly Found[] {
  const eligible = members.filter(({ standing }) => standing !== "forced-out");
  const was = capacityOfAll(servedIn(eligible, before));
  const is = capacityOfAll(servedIn(eligible, after));
  const lost = was === 0 ? 0 : 1 - is / was;
  if (lost <= endpoint.velocity.fractionMax + ROUNDING) return [];
  const percent = Math.round(lost * 1000) / 10;
  return [["capacity", `takes ${percent}% of its capacity out at once: ${velocityText(endpoint)}`]];
}

function unusableBrake(
  members: readonly Member[],
  before: PlannedContent,
  after: PlannedContent,
): readonly Found[] {
  const [was, is] = [addressesOf(before.rrsets), addressesOf(after.rrsets)];
  const comers = members.filter((member) => {
    const comes = memberAddresses(member).some((rdata) => is.has(rdata) && !was.has(rdata));
    return comes && member.standing !== "usable";
  });
  const [first] = comers;
  if (first === undefined) return [];
  const ids = shownIds(comers.map(({ target }) => target.target.id));
  return [["unusable-target", `brings ${ids} in: ${first.why}`]];
}

function unknownBrake(
  members: readonly Member[],
  before: PlannedContent,
  after: PlannedContent,
): readonly Found[] {
  const known = new Set([...addressesOf(before.rrsets), ...members.flatMap(memberAddresses)]);
  const unknown = [...addressesOf(after.rrsets)].filter((rdata) => !known.has(rdata));
  if (unknown.length === 0) return [];
  return [["unknown-address", `brings ${shownIds(unknown)} in, which none of its targets has`]];
}

function servedIn(members: readonly Member[], content: PlannedContent): readonly Member[] {
  return members.filter(({ target }) => servedBy(content, target));
}
