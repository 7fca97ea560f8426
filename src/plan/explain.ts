import type { Name } from "../dns/index.ts";
import { isPinned, plannedContent } from "./content.ts";
import type { Inventory } from "./inventory.ts";
import type { Order } from "./order.ts";
import { orderLines } from "./orderLines.ts";
import { momentText } from "./orderText.ts";
import type { Plan, PlanEntry, ServingEntry } from "./plan.ts";
import { outReason } from "./plannerCause.ts";
import { type EndpointMode, membersOf } from "./plannerChoice.ts";
import { type Decision, decide } from "./plannerDecide.ts";
import { ADDRESS_TYPES, indexPolicy } from "./plannerIndex.ts";
import { type Member, poolStates } from "./plannerMember.ts";
import { notesOf, velocityText } from "./plannerNotes.ts";
import type { EndpointPolicy, Policy } from "./policy.ts";
import type { Force } from "./target.ts";

/** Why one target is in or out of an endpoint's answer. */
export interface TargetExplanation {
  readonly targetId: string;
  readonly poolId: string;
  /** Whether the newest plan answers with any of its addresses. */
  readonly in: boolean;
  /** Its addresses that the plan answers with. */
  readonly addresses: readonly string[];
  /** Weight of its first address in the plan; undefined where it is out. */
  readonly weight?: number;
  /** One line for people. */
  readonly why: string;
  /** Wall clock since when it stands so; undefined where nothing was ever confirmed. */
  readonly sinceMs?: number;
}

/** What an endpoint answers by the newest plan, and why. */
export interface Explanation {
  readonly endpoint: Name;
  readonly kind: "serving" | "retired" | "not-planned-yet" | "not-ours";
  /** False where the configuration no longer has it: it goes on answering all the same. */
  readonly inPolicy: boolean;
  /** How it would be served if planned now; undefined where the policy does not have it. */
  readonly mode?: EndpointMode;
  readonly entry?: PlanEntry;
  readonly notes: readonly string[];
  /** What people asked for about it, who, why and until when, a line each; in `lines` too. */
  readonly orders: readonly string[];
  readonly targets: readonly TargetExplanation[];
  /** All of it for people, a line each. */
  readonly lines: readonly string[];
}

/** What an explanation is made of. */
export interface ExplainInputs {
  readonly policy: Policy;
  readonly inventory: Inventory;
  readonly forces: readonly Force[];
  /** What people asked for; absent: not known. */
  readonly orders?: readonly Order[];
  /** Wall clock, so that it can be said how long an order still lasts; absent: not said. */
  readonly wallMs?: number;
  /** The newest plan. */
  readonly plan: Plan;
}

/** Explains an endpoint: which targets are in or out of its answer and why, since when. */
export function explainEndpoint(name: Name, inputs: ExplainInputs): Explanation {
  const index = indexPolicy(inputs.policy);
  const endpoint = index.endpoints.get(name);
  const entry = inputs.plan.entries.get(name);
  const kind = kindOf(endpoint, entry);
  const serving = entry?.kind === "serving" ? entry : undefined;
  const states = poolStates(index, inputs.inventory, inputs.forces);
  const decision =
    endpoint === undefined
      ? undefined
      : // Without a ledger: what it holds in is seen from the plan itself.
        decide(endpoint, { states, parent: undefined, items: [], nowMs: 0 });
  const targets =
    endpoint === undefined || decision === undefined
      ? []
      : membersOf(endpoint, states).map((member) => explain(endpoint, decision, member, serving));
  const notes = notesFor(endpoint, decision, serving);
  const explanation = {
    endpoint: name,
    kind,
    inPolicy: endpoint !== undefined,
    ...(decision === undefined ? {} : { mode: decision.mode }),
    ...(entry === undefined ? {} : { entry }),
    notes,
    orders: orderLines(name, inputs, entry),
    targets,
  };
  return { ...explanation, lines: linesOf(explanation) };
}

function kindOf(
  endpoint: EndpointPolicy | undefined,
  entry: PlanEntry | undefined,
): Explanation["kind"] {
  if (entry?.kind === "tombstone") return "retired";
  if (entry?.kind === "serving") return "serving";
  return endpoint === undefined ? "not-ours" : "not-planned-yet";
}

function explain(
  endpoint: EndpointPolicy,
  decision: Decision,
  member: Member,
  entry: ServingEntry | undefined,
): TargetExplanation {
  const records = ADDRESS_TYPES.flatMap((type) => {
    const rdata = member.target.addresses[type]?.rdata;
    const rrset = entry?.rrsets.find((held) => held.type === type);
    return rrset?.records.find((record) => record.rdata === rdata) ?? [];
  });
  const [first] = records;
  const isHeld = entry !== undefined && isPinned(entry);
  const wanted = decision.chosen.some(({ target }) => target.target === member.target.target);
  return {
    targetId: member.target.target.id,
    poolId: member.poolId,
    in: first !== undefined,
    addresses: records.map((record) => record.rdata),
    ...(first === undefined ? {} : { weight: first.weight }),
    why: whyText(endpoint, decision, member, wanted, first !== undefined, isHeld),
    ...(member.sinceMs === undefined ? {} : { sinceMs: member.sinceMs }),
  };
}

function whyText(
  endpoint: EndpointPolicy,
  decision: Decision,
  member: Member,
  wanted: boolean,
  isIn: boolean,
  isHeld: boolean,
): string {
  if (!wanted) {
    const reason = outReason(member);
    if (isIn && isHeld) return `${reason}; in all the same: the endpoint is pinned`;
    return isIn ? `${reason}; still in, as ${velocityText(endpoint)}` : reason;
  }
  if (!isIn && isHeld) return `${member.why}; comes in when what pins the endpoint is over`;
  if (!isIn) return `${member.why}; comes in with the next plan`;
  if (member.standing === "usable") return member.why;
  return decision.mode === "fail-open"
    ? `${member.why}; in all the same: too few others are usable (failed open)`
    : `${member.why}; in all the same: nothing else is left`;
}

function notesFor(
  endpoint: EndpointPolicy | undefined,
  decision: Decision | undefined,
  entry: ServingEntry | undefined,
): readonly string[] {
  if (endpoint === undefined || decision === undefined) {
    if (entry === undefined) return [];
    return ["no longer in the configuration: it goes on answering until it is retired by name"];
  }
  const planned = entry === undefined ? [] : plannedContent(entry).rrsets;
  const kept = planned.filter((rrset) => {
    return !endpoint.types.some((type) => type === rrset.type);
  });
  return [
    ...notesOf(endpoint, decision).map((note) => note.text),
    ...kept.map(({ type }) => {
      return `${type} is kept: no longer in the configuration, and only a tombstone takes it away`;
    }),
  ];
}

function linesOf(explanation: Omit<Explanation, "lines">): readonly string[] {
  const { endpoint, kind, entry, targets, notes, orders } = explanation;
  const lines = [`${endpoint} ${headText(explanation)}`];
  if (entry !== undefined) {
    lines.push(`entry of generation ${entry.generation}, by ${entry.actor}: ${entry.cause}`);
  }
  lines.push(...orders);
  if (entry?.kind === "serving") {
    for (const rrset of entry.rrsets) {
      const records = rrset.records.map((record) => `${record.rdata} (${record.weight})`);
      lines.push(`${rrset.type}, TTL ${rrset.ttlSeconds} s: ${records.join(", ")}`);
    }
  }
  if (kind !== "retired") {
    for (const target of targets) {
      const since = target.sinceMs === undefined ? "" : `, since ${timeText(target.sinceMs)}`;
      lines.push(`${target.targetId} ${target.in ? "in" : "out"}: ${target.why}${since}`);
    }
  }
  return [...lines, ...notes.map((note) => `note: ${note}`)];
}

function headText({ kind, mode, targets, entry }: Omit<Explanation, "lines">): string {
  switch (kind) {
    case "not-ours":
      return "is not managed here";
    case "not-planned-yet":
      return "is in the configuration, and in no plan yet";
    case "retired":
      return retiredText(entry);
    case "serving": {
      const answers = entry?.kind === "serving" ? ` (${entry.answers} in an answer)` : "";
      if (entry?.kind === "serving" && entry.override !== undefined) {
        return `is pinned by override ${entry.override.id}${answers}`;
      }
      if (entry?.kind === "serving" && entry.beneath !== undefined) {
        return `is rolled back${answers}`;
      }
      if (mode === undefined) return `is served${answers}`;
      const count = targets.filter((target) => target.in).length;
      return `is served by ${count} of ${targets.length} targets${answers}: ${mode}`;
    }
  }
}

function retiredText(entry: PlanEntry | undefined): string {
  const text = "was retired on purpose: it answers nothing";
  if (entry?.kind !== "tombstone") return text;
  return `${text} (tombstone ${entry.tombstoneId}, since ${momentText(entry.retiredAtMs)})`;
}

// `Date` only converts here: nothing asks it what time it is.
function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
