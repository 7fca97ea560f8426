// Whether the NSEC records of a response prove what it denies (RFC 4035 section 5.4, RFC 6840
// section 4): written from the validator's side, without the code that chooses them.
import {
  isAtOrBelow,
  isBelow,
  labelsOf,
  type Name,
  nsecCovers,
  parentOf,
  prefixName,
  typeText,
} from "../../src/dns/index.ts";
import type { Seen } from "./compare.ts";
import type { Asked } from "./questions.ts";

interface Line {
  readonly owner: Name;
  readonly type: string;
  readonly fields: readonly string[];
}

interface Denial {
  readonly owner: Name;
  readonly next: Name;
  readonly types: readonly string[];
}

function linesOf(section: readonly string[]): readonly Line[] {
  return section.map((line) => {
    const [owner = "", , type = "", ...fields] = line.split(" ");
    return { owner: owner as Name, type, fields };
  });
}

/**
 * What a response of a signed zone to a question with DO leaves unproved; undefined where nothing
 * is: that is also said of what is cut off, and of errors.
 */
export function unproved({ name, type }: Asked, seen: Seen): string | undefined {
  if (seen.flags.includes("tc") || !["NOERROR", "NXDOMAIN"].includes(seen.rcode)) return undefined;
  const answer = linesOf(seen.answer);
  const authority = linesOf(seen.authority);
  const denials = authority.flatMap(({ owner, type: one, fields: [next = "", ...types] }) => {
    return one === "NSEC" ? [{ owner, next: next as Name, types }] : [];
  });
  const expanded = answer.find((line) => isUnprovedExpansion(line, denials));
  if (expanded !== undefined) return `${expanded.owner} may be there besides the wildcard`;
  const last = endOf(name, answer);
  const cut = authority.find((line) => line.type === "NS");
  if (cut !== undefined) return unprovedReferral(cut.owner, authority, denials);
  const isDenial = seen.rcode === "NXDOMAIN" || authority.some((line) => line.type === "SOA");
  if (!isDenial) return undefined;
  if (seen.rcode === "NXDOMAIN") {
    const encloser = encloserProved(last, denials);
    if (encloser === undefined) return `${last} may be there`;
    return isCovered(wildcardOf(encloser), denials)
      ? undefined
      : `a wildcard may be at ${encloser}`;
  }
  const asked = typeText(type);
  if (lacks(last, asked, denials)) return undefined;
  const encloser = encloserProved(last, denials);
  if (encloser === undefined) return `${last} may have ${asked}`;
  return lacks(wildcardOf(encloser), asked, denials) ? undefined : "the wildcard may have it";
}

/** Where the aliases of an answer lead. */
function endOf(name: Name, answer: readonly Line[]): Name {
  let at = name;
  for (let steps = 0; steps < answer.length; steps += 1) {
    const alias = answer.find(({ owner, type }) => owner === at && type === "CNAME");
    if (alias === undefined) return at;
    at = alias.fields[0] as Name;
  }
  return at;
}

/** An RRSIG with fewer labels than its owner tells that a wildcard was expanded. */
function isUnprovedExpansion({ owner, type, fields }: Line, denials: readonly Denial[]): boolean {
  if (type !== "RRSIG") return false;
  const labels = Number(fields[2]);
  let nextCloser = owner;
  // The field does not count the star of a wildcard that is shown as it is.
  if (labelsOf(owner).length - (owner.startsWith("*.") ? 1 : 0) <= labels) return false;
  while (labelsOf(nextCloser).length > labels + 1) nextCloser = parentOf(nextCloser) ?? nextCloser;
  return !isCovered(nextCloser, denials);
}

function unprovedReferral(
  cut: Name,
  authority: readonly Line[],
  denials: readonly Denial[],
): string | undefined {
  if (authority.some(({ owner, type }) => owner === cut && type === "DS")) return undefined;
  const own = denials.find(({ owner }) => owner === cut);
  const isInsecure = own?.types.includes("NS") === true && !own.types.includes("DS");
  return isInsecure && !own.types.includes("SOA") ? undefined : `${cut} may have a DS`;
}

/** Whether a name is shown to be there, or to be empty, without a type. */
function lacks(name: Name, type: string, denials: readonly Denial[]): boolean {
  return denials.some((denial) => {
    const { owner, next, types } = denial;
    if (owner !== name) return isBelow(next, name) && covers(denial, name);
    return !types.includes(type) && !types.includes("CNAME");
  });
}

function isCovered(name: Name, denials: readonly Denial[]): boolean {
  return denials.some((denial) => covers(denial, name) && !isBelow(denial.next, name));
}

/** RFC 6840 section 4.1: what is below a cut or a DNAME is not for its NSEC to deny. */
function covers({ owner, next, types }: Denial, name: Name): boolean {
  const isCut = types.includes("NS") && !types.includes("SOA");
  if (isBelow(name, owner) && (isCut || types.includes("DNAME"))) return false;
  return nsecCovers(owner, next, name);
}

/** The closest encloser of a name that is shown not to be there. */
function encloserProved(name: Name, denials: readonly Denial[]): Name | undefined {
  const denial = denials.find((one) => covers(one, name) && !isBelow(one.next, name));
  if (denial === undefined) return undefined;
  let at: Name | undefined = name;
  while (at !== undefined) {
    if (isAtOrBelow(denial.owner, at) || isAtOrBelow(denial.next, at)) return at;
    at = parentOf(at);
  }
  return undefined;
}

function wildcardOf(name: Name): Name {
  const prefixed = prefixName("*", name);
  return prefixed.kind === "parsed" ? prefixed.name : name; // too long: there is none
}
