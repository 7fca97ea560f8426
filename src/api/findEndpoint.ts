import { type Name, parseName } from "../dns/index.ts";

/** Which endpoint a person means. */
export type FoundEndpoint =
  | { readonly kind: "found"; readonly name: Name }
  | { readonly kind: "ambiguous"; readonly names: readonly Name[] }
  | { readonly kind: "none"; readonly similar: readonly Name[] };

const SHOWN_MAX = 5;

/** An endpoint that may be meant. */
export interface Findable {
  readonly name: Name;
  readonly zone: Name;
}

/**
 * Finds the endpoint a text means: its name with or without the last dot; its name within its
 * zone, where one zone has such a name; or its first labels, where one endpoint begins so.
 */
export function findEndpoint(text: string, endpoints: Iterable<Findable>): FoundEndpoint {
  const parsed = parseName(text);
  if (parsed.kind === "malformed") return { kind: "none", similar: [] };
  const wanted = parsed.name;
  const relative: Name[] = [];
  const beginning: Name[] = [];
  const similar: Name[] = [];
  for (const { name, zone } of endpoints) {
    if (name === wanted) return { kind: "found", name };
    if (name === `${wanted}${zone}`) relative.push(name);
    else if (name.startsWith(wanted)) beginning.push(name);
    else if (name.includes(wanted.slice(0, -1)) && similar.length < SHOWN_MAX) similar.push(name);
  }
  const [only, other] = relative.length > 0 ? relative : beginning;
  if (only === undefined) return { kind: "none", similar };
  if (other === undefined) return { kind: "found", name: only };
  return { kind: "ambiguous", names: [...relative, ...beginning].slice(0, SHOWN_MAX) };
}
