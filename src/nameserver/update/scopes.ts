import {
  fitsOwnerPattern,
  type Name,
  type OwnerPattern,
  RRType,
  typeText,
  type Update,
  type UpdateStep,
} from "../../dns/index.ts";
import { dataOf } from "../sign/members.ts";
import type { ZoneView } from "../zone/zoneView.ts";

/** Records that a key may add and delete. Each list that is empty stands for everything. */
export interface UpdateScope {
  /** Apexes. */
  readonly zones: readonly Name[];
  readonly names: readonly OwnerPattern[];
  /** RR type codes. */
  readonly types: readonly number[];
}

/**
 * What one key may change: everything, as enactors and operators may, or what is in one of these
 * scopes. Without a scope it may change nothing: a key for transfers. Rules hold besides.
 */
export type UpdateRights = "everything" | readonly UpdateScope[];

/** Scopes told of in one refusal: a text for a person, in one message. */
const SCOPES_TOLD_MAX = 3;
/** What deleting "all types" leaves, since it belongs to the server. */
const SERVER_TYPES: ReadonlySet<number> = new Set([RRType.RRSIG, RRType.NSEC]);

/**
 * What of an update is out of a key's scope, as a sentence for a person; undefined: nothing.
 * Conditions may be about any name of a zone in which the key may change something: they tell no
 * more than queries do.
 */
export function outOfScope(
  rights: UpdateRights,
  { zone, steps }: Update,
  view: ZoneView,
): string | undefined {
  if (rights === "everything") return undefined;
  const scopes = rights.filter(({ zones }) => zones.length === 0 || zones.includes(zone));
  if (scopes.length === 0) return `Cannot update ${zone} as the key must be for it: it is not`;
  for (const step of steps) {
    const name = step.kind === "add" ? step.record.name : step.name;
    const here = scopes.filter((scope) => fitsName(scope, name, zone));
    const type = typesOf(step, view).find((asked) => !here.some((scope) => fitsType(scope, asked)));
    if (here.length > 0 && type === undefined) continue;
    const what = type === undefined ? name : `${name} ${typeText(type)}`;
    return `Cannot change ${what} as the key is for ${told(scopes, zone)} only`;
  }
  return undefined;
}

/** Types that a step touches; of a name deleted whole, those that it owns. */
function typesOf(step: UpdateStep, view: ZoneView): readonly number[] {
  if (step.kind === "add") return [step.record.type];
  if (step.kind !== "delete-name") return [step.type];
  const isApex = step.name === view.apex;
  const held = dataOf(view.node(step.name));
  // RFC 2136 section 3.4.2.3: at the apex SOA and NS stay, whatever is asked.
  return held
    .map(({ type }) => type)
    .filter((type) => !(isApex && (type === RRType.SOA || type === RRType.NS)))
    .filter((type) => !SERVER_TYPES.has(type));
}

function fitsName({ names }: UpdateScope, name: Name, zone: Name): boolean {
  return names.length === 0 || names.some((pattern) => fitsOwnerPattern(pattern, name, zone));
}

function fitsType({ types }: UpdateScope, type: number): boolean {
  return types.length === 0 || types.includes(type);
}

function told(scopes: readonly UpdateScope[], zone: Name): string {
  const texts = scopes.slice(0, SCOPES_TOLD_MAX).map(({ names, types }) => {
    const owners = names.length === 0 ? "every name" : names.map(({ text }) => text).join(", ");
    const kinds = types.length === 0 ? "every type" : types.map(typeText).join(", ");
    return `${kinds} of ${owners}`;
  });
  const more = scopes.length > SCOPES_TOLD_MAX ? "; and more" : "";
  return `${texts.join("; ")}${more} in ${zone}`;
}
