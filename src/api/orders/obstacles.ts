import type { Name } from "../../dns/index.ts";
import type { ApiContext } from "../context.ts";
import { troubleViews } from "../views/processView.ts";

/** What stands between an order and DNS just now, one sentence each: told to whoever orders. */
export async function obstacles(
  context: ApiContext,
  endpoints: readonly { readonly name: Name; readonly zone: Name }[],
): Promise<string[]> {
  const [gates, rows] = await Promise.all([context.gates(), context.processes()]);
  const zones = new Set(endpoints.map(({ zone }) => zone));
  const names = new Set<string>(endpoints.map(({ name }) => name));
  const closed = gates.filter(({ zone }) => zones.has(zone)).flatMap(gateText);
  if (rows === undefined) return closed;
  const planner = rows.find(({ role }) => role === "planner");
  const planning = planner === undefined || planner.state === "running";
  const quarantined = troubleViews(rows).quarantined.filter(({ endpoint }) => names.has(endpoint));
  return [
    ...closed,
    ...(planning ? [] : [`The planner is ${planner.state}: the order waits for it.`]),
    ...quarantined.map(({ endpoint, storeId, why }) => {
      return `${endpoint} is quarantined on ${storeId}, and not written there: ${why}.`;
    }),
  ];
}

const PAST_GATES = 'A gate does not hold "override set --direct".';

function gateText({ zone, storeId, gate }: Awaited<ReturnType<ApiContext["gates"]>>[number]) {
  const where = `${zone} on ${storeId}`;
  switch (gate.kind) {
    case "none":
      return [];
    case "gate":
      if (gate.gate.automation === "on") return [];
      return [`${where} is paused: enactors write it after "resume". ${PAST_GATES}`];
    case "malformed":
      return [`${where} has a broken gate: enactors write it after "resume". ${PAST_GATES}`];
    case "unreadable":
      return [`${where} cannot be read just now: ${gate.problem}.`];
  }
}
