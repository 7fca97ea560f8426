import { diffPlans, type EndpointDiff, type Plan, type RRsetDiff } from "../../plan/index.ts";
import type { ChangeView, PlanDiffView } from "../schemas/plans.ts";

/** Everything that differs between two plans, in order of endpoint. */
export function diffView(from: Plan, to: Plan): PlanDiffView {
  const { endpoints } = diffPlans(from, to);
  return { from: from.generation, to: to.generation, changes: endpoints.map(changeView) };
}

/** One endpoint's move, with what moved in lines for people. */
export function changeView(diff: EndpointDiff): ChangeView {
  const { endpoint, kind, cause } = diff;
  const answers =
    diff.answers === undefined ? [] : [`answers ${diff.answers.before} -> ${diff.answers.after}`];
  const { override } = diff;
  const pinned =
    override === undefined
      ? []
      : [`override ${idText(override.before)} -> ${idText(override.after)}`];
  const lines = [...diff.rrsets.flatMap(rrsetLines), ...answers, ...pinned];
  return { endpoint, kind, lines, ...(cause === "" ? {} : { cause }) };
}

function idText(id: string | null): string {
  return id ?? "none";
}

function rrsetLines(diff: RRsetDiff): string[] {
  const { type, ttlSeconds } = diff;
  const ttl =
    ttlSeconds === undefined ? [] : [`${type} TTL ${ttlSeconds.before} -> ${ttlSeconds.after} s`];
  return [
    ...diff.removed.map((rdata) => `- ${type} ${rdata}`),
    ...diff.added.map((rdata) => `+ ${type} ${rdata}`),
    ...diff.weights.map(({ rdata, before, after }) => {
      return `~ ${type} ${rdata} weight ${before} -> ${after}`;
    }),
    ...ttl,
  ];
}
