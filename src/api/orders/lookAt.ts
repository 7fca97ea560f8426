import { isAtOrBelow, type Name, parseName, RRType, typeCode } from "../../dns/index.ts";
import type { ApiContext } from "../context.ts";
import { heldBounded } from "../heldBounded.ts";
import { type Looked, lookedAt } from "./aliasFault.ts";

/** What the newest plan, and else the zone stores, say of a name that an alias leads to. */
export async function lookAt(context: ApiContext, name: Name): Promise<Looked> {
  const entry = (await context.state.plan()).entries.get(name);
  if (entry?.kind === "tombstone") {
    return { kind: "nothing", why: `is retired (${entry.tombstoneId})` };
  }
  if (entry !== undefined) {
    const alias = entry.rrsets.find(({ type }) => typeCode(type) === RRType.CNAME);
    const parsed = parseName(alias?.records[0].rdata ?? "");
    if (alias === undefined || parsed.kind === "malformed") return { kind: "answers" };
    return { kind: "alias", target: parsed.name };
  }
  const [zone] = context.deps
    .settings()
    .zones.filter((one) => isAtOrBelow(name, one.name))
    .sort((left, right) => right.name.length - left.name.length);
  if (zone === undefined) return { kind: "unknown" };
  const held = await heldBounded(context, { name, zone: zone.name });
  return lookedAt(held.map(({ reading }) => reading));
}
