// The ways in which answers of signed zones differ besides, and why ours are as they are.
import type { Seen } from "./compare.ts";
import { unproved } from "./denial.ts";
import { EXPLANATIONS, type Explanation, seen } from "./explained.ts";

const RRSIG = 46;

const has = (one: Seen, flag: string): boolean => one.flags.includes(flag);
const isWithin = (part: readonly string[], whole: readonly string[]): boolean =>
  part.every((line) => whole.includes(line));

/** Tried from the top, each on what those before it left. */
export const SIGNED_EXPLANATIONS: readonly Explanation[] = [
  ...EXPLANATIONS.filter(({ isUnsignedOnly = false }) => !isUnsignedOnly),
  {
    why: "what is denied is proved; Knot proves no empty wildcard, NSD none that is not first",
    rfc: "RFC 4035 sections 3.1.3.2 to 3.1.3.4",
    peers: ["nsd", "knot"],
    settle: seen((ours, theirs, asked) => {
      if (!asked.dnssecOk || ours.rcode !== theirs.rcode) return undefined;
      if (String(ours.answer) !== String(theirs.answer)) return undefined;
      const isTheirs = has(theirs, "tc") || unproved(asked, theirs) === undefined;
      return unproved(asked, ours) === undefined && !isTheirs ? [ours, ours] : undefined;
    }),
  },
  {
    why: "a denial has no NSEC that it does not need; NSD adds one where a name sorts before *",
    rfc: "RFC 4035 section 3.1.3.2",
    peers: ["nsd"],
    settle: seen((ours, theirs, asked) => {
      if (!asked.dnssecOk || ours.rcode !== theirs.rcode) return undefined;
      if (has(ours, "tc") || unproved(asked, ours) !== undefined) return undefined;
      const [theirsMore] = theirs.authority.filter((line) => !ours.authority.includes(line));
      const isMore = isWithin(ours.authority, theirs.authority) && theirsMore !== undefined;
      return isMore || has(theirs, "tc") ? [ours, ours] : undefined;
    }),
  },
  {
    why: "one signature is enough for who asks for signatures as such; NSD gives all",
    rfc: "RFC 8482 section 7",
    peers: ["nsd"],
    settle: seen((ours, theirs, { type }) => {
      if (type !== RRSIG || !isWithin(ours.answer, theirs.answer)) return undefined;
      return ours.answer.length > 0 ? [ours, { ...theirs, answer: ours.answer }] : undefined;
    }),
  },
  {
    why: "a client subnet that goes back takes room, so that less fits",
    rfc: "RFC 7871 section 7.2.1",
    peers: ["nsd", "knot"],
    settle: seen((ours, theirs, { oddity }) => {
      const isFull = oddity === "edns-subnet" && has(ours, "tc") && !has(theirs, "tc");
      return isFull ? [ours, ours] : undefined;
    }),
  },
];
