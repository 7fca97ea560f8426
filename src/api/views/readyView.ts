import type { GateView } from "../apiDeps.ts";

/** What is still missing before the region can be relied upon; empty when nothing is. */
export function missingParts(
  generation: number,
  hasPolicy: boolean,
  gates: readonly GateView[],
): string[] {
  const missing: string[] = [];
  if (!hasPolicy) missing.push("no configuration has been accepted");
  if (generation === 0) missing.push("no plan has been made");
  if (gates.length === 0) missing.push("no zone could be read");
  for (const { zone, storeId, seeded, gate } of gates) {
    if (seeded === "unseeded") missing.push(`${zone} is not seeded on ${storeId}`);
    if (seeded === "unknown") missing.push(`${zone} cannot be read on ${storeId}`);
    else if (gate.kind === "unreadable") missing.push(`${zone} cannot be read on ${storeId}`);
  }
  return missing;
}
