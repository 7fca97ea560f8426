import { cutCause } from "./orderText.ts";
import type { PlannedRRset, ServingEntry } from "./plan.ts";
import { membersOf } from "./plannerChoice.ts";
import type { Decision } from "./plannerDecide.ts";
import { ADDRESS_TYPES } from "./plannerIndex.ts";
import type { Member, PoolStates } from "./plannerMember.ts";
import type { EndpointPolicy } from "./policy.ts";

/** Targets named in a cause; more are counted. */
const MOVES_SHOWN_MAX = 3;

/** Why an entry differs from the one before, in one line for people. */
export function entryCause(
  endpoint: EndpointPolicy,
  decision: Decision,
  states: PoolStates,
  parent: ServingEntry | undefined,
): string {
  if (parent === undefined) return cutCause("first plan");
  const moves = targetMoves(endpoint, decision, states, parent);
  const parts = moves.slice(0, MOVES_SHOWN_MAX);
  if (moves.length > MOVES_SHOWN_MAX) parts.push(`${moves.length - MOVES_SHOWN_MAX} more moved`);
  if (decision.mode === "fail-open") parts.push("failed open");
  if (decision.mode === "failed-over") parts.push(`failed over to pool ${decision.poolId}`);
  parts.push(...settingMoves(endpoint, decision, parent));
  return cutCause(parts.length === 0 ? "weights changed" : parts.join("; "));
}

function targetMoves(
  endpoint: EndpointPolicy,
  decision: Decision,
  states: PoolStates,
  parent: ServingEntry,
): string[] {
  const before = addressesOf(parent.rrsets);
  const after = addressesOf(decision.rrsets);
  const out: string[] = [];
  const moved: string[] = [];
  for (const member of membersOf(endpoint, states)) {
    const { id } = member.target.target;
    const addresses = memberAddresses(member);
    const left = addresses.some((rdata) => before.has(rdata) && !after.has(rdata));
    const came = addresses.some((rdata) => !before.has(rdata) && after.has(rdata));
    if (left) out.push(`${id} out: ${outReason(member)}`);
    else if (came) moved.push(`${id} in: ${member.why}`);
    for (const rdata of addresses) before.delete(rdata);
  }
  for (const rdata of before) {
    if (!after.has(rdata)) out.push(`${rdata} out: no longer in the configuration`);
  }
  return [...out, ...moved];
}

/** Why a target that does not serve does not, in a few words. */
export function outReason(member: Member): string {
  return member.standing === "usable" ? "another pool serves" : member.why;
}

function settingMoves(
  endpoint: EndpointPolicy,
  decision: Decision,
  parent: ServingEntry,
): readonly string[] {
  const moves: string[] = [];
  if (parent.zone !== endpoint.zone) moves.push(`zone ${parent.zone} -> ${endpoint.zone}`);
  if (parent.answers !== endpoint.answers) {
    moves.push(`answers ${parent.answers} -> ${endpoint.answers}`);
  }
  for (const rrset of decision.rrsets) {
    const before = parent.rrsets.find((held) => held.type === rrset.type);
    if (before === undefined) moves.push(`${rrset.type} added`);
    else if (before.ttlSeconds !== rrset.ttlSeconds) {
      moves.push(`${rrset.type} TTL ${before.ttlSeconds} -> ${rrset.ttlSeconds} s`);
    }
  }
  return moves;
}

/** What a plan changes, from its entries' causes: the commonest first, with how many have it. */
export function planCause(trigger: string, causes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const cause of causes) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const ordered = [...counts].sort(([left, lefts], [right, rights]) => {
    return rights - lefts || (left < right ? -1 : 1);
  });
  const [first] = ordered;
  if (first === undefined) return cutCause(trigger);
  const [cause, count] = first;
  const entries = count === 1 ? "1 endpoint" : `${count} endpoints`;
  const others = causes.length - count;
  const rest = others === 0 ? "" : ` and ${others} more`;
  return cutCause(`${trigger}: ${cause} (${entries}${rest})`);
}

/** RDATA of every record. */
export function addressesOf(rrsets: readonly PlannedRRset[]): Set<string> {
  return new Set(rrsets.flatMap((rrset) => rrset.records.map((record) => record.rdata)));
}

/** RDATA of a target's addresses, in order of type. */
export function memberAddresses({ target }: Member): readonly string[] {
  return ADDRESS_TYPES.flatMap((type) => target.addresses[type]?.rdata ?? []);
}
