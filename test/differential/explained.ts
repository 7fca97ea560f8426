// Every way in which our answers differ from those of NSD or Knot, and why ours are as they are.
// One that no difference needs any more fails the test.
import { isSame, type Outcome, type Seen } from "./compare.ts";
import type { Asked, Oddity } from "./questions.ts";

/** A server that ours is compared with. */
export type PeerName = "nsd" | "knot";

/** Two outcomes of one question. */
export interface Pair {
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

/** A difference that is meant. */
export interface Explanation {
  readonly why: string;
  /** Where the rule stands. */
  readonly rfc: string;
  readonly peers: readonly PeerName[];
  /** Signed zones never need it. */
  readonly isUnsignedOnly?: boolean;
  /** The outcomes without this difference; undefined where they do not differ in it. */
  readonly settle: (asked: Asked, pair: Pair) => Pair | undefined;
}

const BOTH = ["nsd", "knot"] as const;

/** An explanation for two responses: it gives what of ours and theirs to compare further. */
export function seen(
  settle: (ours: Seen, theirs: Seen, asked: Asked) => readonly [Seen, Seen] | undefined,
): Explanation["settle"] {
  return (asked, { ours, theirs }) => {
    if (ours.kind !== "seen" || theirs.kind !== "seen") return undefined;
    const settled = settle(ours.seen, theirs.seen, asked);
    if (settled === undefined) return undefined;
    const [left, right] = settled;
    const pair = { ours: { ...ours, seen: left }, theirs: { ...theirs, seen: right } };
    return isSame(pair.ours, ours) && isSame(pair.theirs, theirs) ? undefined : pair;
  };
}

/** An explanation for messages that are odd in one of these ways, and how ours answers them. */
function odd(
  oddities: readonly Oddity[],
  isOurs: (ours: Seen) => boolean,
  isTheirs: (theirs: Outcome) => boolean = () => true,
): Explanation["settle"] {
  return (asked, { ours, theirs }) => {
    if (asked.oddity === undefined || !oddities.includes(asked.oddity)) return undefined;
    if (ours.kind !== "seen" || !isOurs(ours.seen) || !isTheirs(theirs)) return undefined;
    return { ours, theirs: ours };
  };
}

const isRcode =
  (rcode: string) =>
  (one: Seen): boolean =>
    one.rcode === rcode && [one.answer, one.authority, one.additional].every((s) => s.length === 0);
const isSilent = ({ kind }: Outcome): boolean => kind === "silence";
const isFormErr = (one: Outcome): boolean => one.kind === "seen" && isRcode("FORMERR")(one.seen);
const isError = (one: Outcome): boolean => isSilent(one) || isFormErr(one);
const isNotImp = (one: Outcome): boolean =>
  isSilent(one) || (one.kind === "seen" && isRcode("NOTIMP")(one.seen));

const has = (one: Seen, flag: string): boolean => one.flags.includes(flag);
const isWithin = (part: readonly string[], whole: readonly string[]): boolean =>
  part.every((line) => whole.includes(line));
const aliases = (one: Seen): number =>
  one.answer.filter((line) => line.split(" ")[2] === "CNAME").length;

/** Whether a record's owner is at or below that of another. */
function isUnder(line: string, other: string): boolean {
  const [owner = "", cut = ""] = [line, other].map((one) => one.split(" ")[0]);
  return owner === cut || owner.endsWith(`.${cut}`);
}

const OUR_ALIASES_MAX = 9;
const KNOT_ALIASES_MAX = 5;
const NXNAME = 128;
const RRSIG = 46;
const NSEC = 47;
const NSEC3 = 50;
const ANY = 255;

/** Tried from the top, each on what those before it left. */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    why: "a question for NXNAME is an error: it would say that the name exists",
    rfc: "RFC 9824 section 3.5",
    peers: BOTH,
    settle: seen((ours, _theirs, asked) => {
      return asked.type === NXNAME && ours.rcode === "FORMERR" ? [ours, ours] : undefined;
    }),
  },
  {
    why: "client subnet is answered with scope 0, which says that all networks get the same",
    rfc: "RFC 7871 section 7.2.1",
    peers: BOTH,
    settle: seen((ours, theirs, asked) => {
      if (asked.oddity !== "edns-subnet") return undefined;
      return [{ ...ours, options: ours.options.filter((one) => !one.startsWith("8 ")) }, theirs];
    }),
  },
  {
    why: "a client subnet with bits behind its prefix is malformed",
    rfc: "RFC 7871 section 6",
    peers: BOTH,
    settle: odd(["edns-bad-subnet"], isRcode("FORMERR")),
  },
  {
    why: "class ANY could not be answered with authority: it is refused, as is every class but IN",
    rfc: "RFC 1035 section 6.2",
    peers: BOTH,
    settle: odd(["class-any"], isRcode("REFUSED")),
  },
  {
    why: "a refusal repeats the question; NSD's for unknown classes has none",
    rfc: "RFC 1035 section 4.1.1",
    peers: ["nsd"],
    settle: odd(["class-none"], isRcode("REFUSED"), (theirs) => {
      return theirs.kind === "seen" && isRcode("REFUSED")(theirs.seen);
    }),
  },
  {
    why: "an unknown opcode is NOTIMP, every time; NSD limits its errors, Knot repeats a question",
    rfc: "RFC 1035 section 4.1.1",
    peers: BOTH,
    settle: odd(
      ["opcode-1", "opcode-2", "opcode-3", "opcode-6", "opcode-15"],
      isRcode("NOTIMP"),
      isNotImp,
    ),
  },
  {
    why: "what cannot be read is FORMERR; NSD limits its errors, Knot is silent to some",
    rfc: "RFC 1035 section 4.1.1, RFC 9619",
    peers: BOTH,
    settle: odd(
      ["edns-twice", "edns-bad-option", "edns-not-root", "trailing-octet", "cut-off"],
      isRcode("FORMERR"),
      isError,
    ),
  },
  {
    why: "one question to a message, and one that is there: anything else is FORMERR",
    rfc: "RFC 9619",
    peers: BOTH,
    settle: odd(["two-questions", "compressed-question"], isRcode("FORMERR"), isError),
  },
  {
    why: "a message without a question is FORMERR; NSD answers it with nothing",
    rfc: "RFC 1035 section 4.1.2",
    peers: ["nsd"],
    settle: odd(["no-question"], isRcode("FORMERR")),
  },
  {
    why: "OPT belongs to the root; Knot reads it wherever it stands",
    rfc: "RFC 6891 section 6.1.2",
    peers: ["knot"],
    settle: odd(["edns-not-root"], isRcode("FORMERR")),
  },
  {
    why: "octets behind the last record are FORMERR; NSD does not look",
    rfc: "RFC 1035 section 4.1",
    peers: ["nsd"],
    settle: odd(["trailing-octet"], isRcode("FORMERR")),
  },
  {
    why: "header bits and records that a query does not need are ignored; NSD refuses them",
    rfc: "RFC 1035 section 4.1.1 (a robust reader)",
    peers: ["nsd"],
    settle: odd(["tc", "rcode", "answer-record"], () => true, isError),
  },
  {
    why: "a response to EDNS of another version has the highest version that we know, no DO",
    rfc: "RFC 6891 section 6.1.3",
    peers: ["nsd"],
    settle: odd(["edns-version"], isRcode("BADVERS")),
  },
  {
    why: "an answer has no additional records: whoever needs them asks",
    rfc: "RFC 1034 section 4.3.2 step 6, minimal responses",
    peers: BOTH,
    settle: seen((ours, theirs) => {
      if (ours.answer.length === 0 || ours.additional.length > 0) return undefined;
      return [ours, { ...theirs, additional: [] }];
    }),
  },
  {
    why: "a loop of aliases is shown once; Knot goes round until its limit, NSD sometimes twice",
    rfc: "RFC 2181 section 5",
    peers: BOTH,
    settle: seen((ours, theirs) => [ours, { ...theirs, answer: [...new Set(theirs.answer)] }]),
  },
  {
    why: "what is left of a response that says it was cut off is of no use to anyone",
    rfc: "RFC 2181 section 9",
    peers: BOTH,
    settle: seen((ours, theirs) => {
      return has(ours, "tc") && has(theirs, "tc") ? [ours, ours] : undefined;
    }),
  },
  {
    why: "a referral that loses glue of the child's own domain says so; NSD is content with some",
    rfc: "RFC 9471 section 3.1",
    peers: ["nsd"],
    settle: seen((ours, theirs) => {
      const isReferral = ours.answer.length === 0 && !has(ours, "aa") && has(ours, "tc");
      if (!isReferral || has(theirs, "tc") || theirs.answer.length > 0) return undefined;
      if (String(ours.authority) !== String(theirs.authority)) return undefined;
      return [ours, ours];
    }),
  },
  {
    why: "names are compressed against everything before them, so that more fits",
    rfc: "RFC 1035 section 4.1.4",
    peers: BOTH,
    settle: seen((ours, theirs) => {
      if (has(ours, "tc") || !has(theirs, "tc")) return undefined;
      const isPart = isWithin(theirs.answer, ours.answer);
      return isPart && isWithin(theirs.authority, ours.authority) ? [ours, ours] : undefined;
    }),
  },
  {
    why: "a denial that loses its SOA says so; Knot leaves it out unsaid",
    rfc: "RFC 2308 section 3",
    peers: ["knot"],
    settle: seen((ours, theirs) => {
      if (!has(ours, "tc") || theirs.authority.length > 0) return undefined;
      return [ours, { ...theirs, flags: ours.flags, authority: ours.authority }];
    }),
  },
  {
    why: "nine aliases are shown for one answer; Knot shows five and NSD as many as fit",
    rfc: "RFC 1034 section 3.6.2",
    peers: BOTH,
    settle: seen((ours, theirs) => {
      const isOurs = aliases(ours) === OUR_ALIASES_MAX && isWithin(ours.answer, theirs.answer);
      const isKnots = aliases(theirs) >= KNOT_ALIASES_MAX && isWithin(theirs.answer, ours.answer);
      return isOurs || isKnots ? [ours, ours] : undefined;
    }),
  },
  {
    why: "a DNAME that makes too long a name ends the answer; Knot looks up its bare target",
    rfc: "RFC 6672 section 2.2",
    peers: ["knot"],
    settle: seen((ours, theirs) => {
      if (ours.rcode !== "YXDOMAIN") return undefined;
      const isFurther = has(theirs, "tc") || isWithin(ours.answer, theirs.answer);
      return isFurther ? [ours, ours] : undefined;
    }),
  },
  {
    why: "a DNAME met again is followed on; NSD stops where one moves a name below itself",
    rfc: "RFC 6672 section 2.4",
    peers: ["nsd"],
    settle: seen((ours, theirs) => {
      const isMoved = ours.answer.some((line) => line.split(" ")[2] === "DNAME");
      const isFurther = aliases(ours) > aliases(theirs) || ours.rcode === "YXDOMAIN";
      return isMoved && isFurther && isWithin(theirs.answer, ours.answer)
        ? [ours, ours]
        : undefined;
    }),
  },
  {
    why: "one RRset is enough for ANY, and any will do: ours is the one of the lowest type",
    rfc: "RFC 8482 section 4.1",
    peers: BOTH,
    settle: seen((ours, theirs, { type }) => {
      if (type !== ANY || ours.answer.length === 0 || theirs.answer.length === 0) return undefined;
      return [ours, { ...theirs, answer: ours.answer }];
    }),
  },
  {
    why: "of glue that is not the child's own, as much is given as fits, in order of the NS",
    rfc: "RFC 9471 section 3.2",
    peers: BOTH,
    settle: seen((ours, theirs) => {
      const [ns] = ours.authority;
      if (has(ours, "tc") || has(theirs, "tc") || ns === undefined) return undefined;
      // Behind an alias a referral is itself no more than a help.
      const isOwn = (line: string): boolean => ours.answer.length === 0 && isUnder(line, ns);
      const own = [ours, theirs].map(({ additional }) => String(additional.filter(isOwn)));
      if (own[0] !== own[1]) return undefined;
      return [ours, { ...theirs, additional: ours.additional }];
    }),
  },
  {
    why: "NSEC and RRSIG may stand beside an alias, and are asked of it; NSD follows the alias",
    rfc: "RFC 4035 section 2.5",
    peers: ["nsd"],
    isUnsignedOnly: true,
    settle: seen((ours, theirs, { type }) => {
      if (type !== RRSIG && type !== NSEC) return undefined;
      return aliases(theirs) > aliases(ours) ? [ours, ours] : undefined;
    }),
  },
  {
    why: "NSEC3 never stands beside an alias: the alias is followed, which NSD does not do",
    rfc: "RFC 5155 section 3",
    peers: ["nsd"],
    settle: seen((ours, theirs, { type }) => {
      if (type !== NSEC3) return undefined;
      return aliases(ours) > aliases(theirs) ? [ours, ours] : undefined;
    }),
  },
];
