// Questions to ask every server: about what the zones hold, what is near it, and what is odd.
import type { Chance } from "../../src/base/index.ts";
import { concatBytes } from "../../src/base/index.ts";
import { encodeName, type Name, nameOf, parentOf, parseName, RRType } from "../../src/dns/index.ts";
import { pick, type TestZone } from "./zones.ts";

/** One question, as it is sent and as it is shown. */
export interface Asked {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** UDP payload size of its EDNS; undefined without EDNS. */
  readonly edns: number | undefined;
  readonly dnssecOk: boolean;
  /** What is odd about it; undefined for a plain question. */
  readonly oddity: Oddity | undefined;
  /** The message; its first two octets are the exchange's. */
  readonly bytes: Uint8Array;
}

/** What a message may have that a plain question has not. */
export type Oddity = (typeof ODDITIES)[number];

const ODDITIES = [
  "aa",
  "tc",
  "ra",
  "z",
  "ad",
  "cd",
  "rcode",
  "response",
  "opcode-1",
  "opcode-2",
  "opcode-3",
  "opcode-6",
  "opcode-15",
  "no-question",
  "two-questions",
  "answer-record",
  "trailing-octet",
  "cut-off",
  "compressed-question",
  "edns-version",
  "edns-twice",
  "edns-unknown-option",
  "edns-bad-option",
  "edns-subnet",
  "edns-bad-subnet",
  "edns-not-root",
  "class-ch",
  "class-any",
  "class-none",
] as const;

const KNOWN_TYPES: readonly number[] = Object.values(RRType).filter(
  (type) => type !== RRType.AXFR && type !== RRType.IXFR,
);
const SIZES = [0, 512, 513, 600, 700, 1232, 4096, 65535] as const;
/** Signatures fit most of these. */
const SIGNED_SIZES = [512, 700, 1232, 1232, 1232, 4096, 65535] as const;
const NAME_OCTETS_MAX = 255;

/** Draws questions about these zones; the same chance draws the same questions. */
export class Questions {
  readonly #zones: readonly TestZone[];
  readonly #chance: Chance;
  readonly #isSigned: boolean;
  readonly #typesAt = new Map<Name, number[]>();

  /** Of signed zones, most ask for signatures. */
  constructor(zones: readonly TestZone[], chance: Chance, isSigned = false) {
    this.#zones = zones;
    this.#chance = chance;
    this.#isSigned = isSigned;
    for (const { rrsets } of zones) {
      for (const { name, type } of rrsets) {
        this.#typesAt.set(name, [...(this.#typesAt.get(name) ?? []), type]);
      }
    }
  }

  /** One more question. */
  next(): Asked {
    const chance = this.#chance;
    const zone = pick(chance, this.#zones);
    const base = this.#baseName(zone);
    const name = this.#variant(base, zone);
    const type = this.#type(name, base);
    const hasEdns = chance.below(this.#isSigned ? 20 : 3) > 0;
    const edns = hasEdns ? pick(chance, this.#isSigned ? SIGNED_SIZES : SIZES) : undefined;
    const dnssecOk = hasEdns && (chance.below(4) === 0) !== this.#isSigned;
    const oddity = chance.below(12) === 0 ? pick(chance, ODDITIES) : undefined;
    return this.#asked({ name, type, class: 1, edns, dnssecOk, oddity });
  }

  #baseName(zone: TestZone): Name {
    const rrset = zone.rrsets.length === 0 ? undefined : pick(this.#chance, zone.rrsets);
    return rrset?.name ?? zone.apex;
  }

  /** A name at, above, below or beside one that exists. */
  #variant(base: Name, zone: TestZone): Name {
    const chance = this.#chance;
    switch (chance.below(12)) {
      case 0:
      case 1:
      case 2:
        return base;
      case 3:
        return parentOf(base) ?? base;
      case 4:
        return below(base, pick(chance, ["x", "*", "www", "ns1", "a.b", "*.x", "\\000", "host"]));
      case 5:
        return below(parentOf(base) ?? base, pick(chance, ["x", "*", "zz", "0", "~", "a"]));
      case 6:
        return below(
          zone.apex,
          pick(chance, ["none", "a.b.c", "*", "_holdfast", "_seed._holdfast"]),
        );
      case 7:
        return filled(below(base, "x"), chance);
      case 8: {
        const other = pick(chance, this.#zones);
        return below(other.apex, pick(chance, ["www", "x.y"]));
      }
      case 9:
        return pick(chance, [zone.apex, nameOf("test."), nameOf("."), nameOf("xcorners.test.")]);
      case 10:
        return below(below(base, "b"), pick(chance, ["a", "*"]));
      default:
        // A star unfolded: what a wildcard stands for.
        return base.includes("*.") ? (base.replace("*.", "w.") as Name) : below(base, "deep.er");
    }
  }

  #type(name: Name, base: Name): number {
    const chance = this.#chance;
    const there = this.#typesAt.get(name) ?? this.#typesAt.get(base) ?? [RRType.A];
    switch (chance.below(10)) {
      case 0:
      case 1:
      case 2:
        return RRType.A;
      case 3:
      case 4:
      case 5:
        return pick(chance, there);
      case 6:
      case 7:
        return pick(chance, KNOWN_TYPES);
      case 8:
        return pick(chance, [RRType.ANY, RRType.DS, RRType.NS, RRType.CNAME, RRType.DNAME]);
      default:
        return pick(chance, [731, 65280, 65535, 100, 128, 200, 3, 4, 38, 253, 254]);
    }
  }

  #asked(asked: Omit<Asked, "bytes">): Asked {
    const rrClass = { "class-ch": 3, "class-any": 255, "class-none": 254 };
    const { oddity } = asked;
    const withClass = {
      ...asked,
      class: oddity !== undefined && oddity in rrClass ? rrClass[oddity as "class-ch"] : 1,
      edns: oddity?.startsWith("edns-") ? (asked.edns ?? 1232) : asked.edns,
    };
    return { ...withClass, bytes: message(withClass, this.#chance) };
  }
}

function below(name: Name, front: string): Name {
  const parsed = parseName(name === "." ? front : `${front}.${name}`);
  return parsed.kind === "parsed" ? parsed.name : name;
}

/** The name with labels in front until it has 255 octets, or nearly. */
function filled(name: Name, chance: Chance): Name {
  const room = NAME_OCTETS_MAX - encodeName(name).length - chance.below(3);
  const labels: string[] = [];
  for (let left = room; left >= 2; ) {
    const octets = Math.min(63, left - 1);
    labels.push("f".repeat(octets));
    left -= octets + 1;
  }
  return labels.length === 0 ? name : below(name, labels.join("."));
}

/** The name on the wire in letter case of every mixture: answers must echo it. */
function mixedCase(name: Name, chance: Chance): Uint8Array {
  const wire = encodeName(name);
  for (let at = 0; at < wire.length; ) {
    const length = wire[at] ?? 0;
    for (let octet = at + 1; octet <= at + length; octet += 1) {
      const value = wire[octet] ?? 0;
      const isLetter = value >= 0x61 && value <= 0x7a;
      if (isLetter && chance.below(2) === 0) wire[octet] = value - 0x20;
    }
    at += 1 + length;
  }
  return wire;
}

function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

const OPCODES = { "opcode-1": 1, "opcode-2": 2, "opcode-3": 3, "opcode-6": 6, "opcode-15": 15 };
const FLAGS = { aa: 0x0400, tc: 0x0200, ra: 0x80, z: 0x40, ad: 0x20, cd: 0x10, rcode: 3 };

function message(asked: Omit<Asked, "bytes">, chance: Chance): Uint8Array {
  const { oddity } = asked;
  const flag = oddity !== undefined && oddity in FLAGS ? FLAGS[oddity as "aa"] : 0;
  const opcode = oddity !== undefined && oddity in OPCODES ? OPCODES[oddity as "opcode-1"] : 0;
  const response = oddity === "response" ? 0x8000 : 0;
  const rd = chance.below(2) === 0 ? 0x100 : 0;
  const question = [...mixedCase(asked.name, chance), ...u16(asked.type), ...u16(asked.class)];
  const questions = oddity === "no-question" ? 0 : oddity === "two-questions" ? 2 : 1;
  const answer =
    oddity === "answer-record" ? [0, ...u16(1), ...u16(1), 0, 0, 0, 0, 0, 4, 1, 2, 3, 4] : [];
  const opts = optRecords(asked);
  const pointed =
    oddity === "compressed-question" ? [0xc0, 12, ...u16(asked.type), 0, 1] : undefined;
  const header = [
    ...[0, 0],
    ...u16(response | (opcode << 11) | flag | rd),
    ...u16(questions),
    ...u16(answer.length > 0 ? 1 : 0),
    ...u16(0),
    ...u16(opts.length),
  ];
  const parts = Array.from({ length: questions }, () => Uint8Array.from(pointed ?? question));
  const tail = oddity === "trailing-octet" ? [0] : [];
  const whole = concatBytes([
    Uint8Array.from(header),
    ...parts,
    Uint8Array.from([...answer, ...opts.flat(), ...tail]),
  ]);
  return oddity === "cut-off" ? whole.subarray(0, 12 + chance.below(whole.length - 12)) : whole;
}

function optRecords({ edns, dnssecOk, oddity }: Omit<Asked, "bytes">): number[][] {
  if (edns === undefined) return [];
  const options = {
    "edns-unknown-option": [...u16(65001), ...u16(3), 1, 2, 3],
    "edns-bad-option": [...u16(65001), ...u16(9), 1, 2, 3],
    "edns-subnet": [...u16(8), ...u16(7), 0, 1, 24, 0, 192, 0, 2],
    "edns-bad-subnet": [...u16(8), ...u16(7), 0, 1, 20, 0, 192, 0, 255],
  };
  const option = oddity !== undefined && oddity in options ? options[oddity as "edns-subnet"] : [];
  const version = oddity === "edns-version" ? 1 : 0;
  const owner = oddity === "edns-not-root" ? [1, 0x61, 0] : [0];
  const opt = [
    ...owner,
    ...u16(41),
    ...u16(edns),
    ...[0, version, dnssecOk ? 0x80 : 0, 0],
    ...u16(option.length),
    ...option,
  ];
  return oddity === "edns-twice" ? [opt, opt] : [opt];
}
