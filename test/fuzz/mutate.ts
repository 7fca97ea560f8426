// Makes packets that are nearly right: the ones that find what random octets never reach.
import type { Chance } from "../../src/base/index.ts";
import { concatBytes } from "../../src/base/index.ts";

/** Octets with a meaning in messages: lengths at their limits, pointers, label types. */
const TELLING = [0, 1, 2, 4, 11, 12, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xfe, 0xff] as const;
const LABEL = Uint8Array.of(1, 0x61);
const MUTATIONS_MAX = 5;
const HEADER_OCTETS = 12;
/** What a UDP datagram may carry is more than what mutation makes. */
const PACKET_OCTETS_MAX = 4096;

/** One of `corpus`, changed in up to {@link MUTATIONS_MAX} ways. */
export function mutated(corpus: readonly Uint8Array[], chance: Chance): Uint8Array {
  let bytes = Uint8Array.from(pickFrom(corpus, chance));
  const count = 1 + chance.below(MUTATIONS_MAX);
  for (let index = 0; index < count; index += 1) bytes = mutateOnce(bytes, corpus, chance);
  return bytes.subarray(0, PACKET_OCTETS_MAX);
}

function pickFrom(corpus: readonly Uint8Array[], chance: Chance): Uint8Array {
  return corpus[chance.below(corpus.length)] ?? new Uint8Array(0);
}

function mutateOnce(
  bytes: Uint8Array,
  corpus: readonly Uint8Array[],
  chance: Chance,
): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  if (copy.length < 2) return Uint8Array.from(pickFrom(corpus, chance));
  const at = chance.below(copy.length);
  switch (chance.below(12)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
      return copy;
    case 1:
      copy[at] = chance.below(256);
      return copy;
    case 2:
      copy[at] = TELLING[chance.below(TELLING.length)] ?? 0;
      return copy;
    case 3: // a compression pointer, often backwards
      copy[at] = 0xc0;
      if (at + 1 < copy.length) copy[at + 1] = chance.below(Math.max(at, HEADER_OCTETS) + 2);
      return copy;
    case 4: // a number one off
      copy[at] = (copy[at] ?? 0) + (chance.below(2) === 0 ? 1 : -1);
      return copy;
    case 5: // a count of the header
      copy[4 + chance.below(8)] = chance.below(4);
      return copy;
    case 6:
      return copy.slice(0, at);
    case 7:
      return joined([copy, randomOctets(1 + chance.below(20), chance)]);
    case 8: // a part of it once more
      return spliced(copy, at, copy.subarray(chance.below(copy.length)), chance);
    case 9: // a part of another
      return spliced(copy, at, pickFrom(corpus, chance), chance);
    case 10: // a label more
      return joined([copy.subarray(0, at), LABEL, copy.subarray(at)]);
    default: // octets out of it
      return joined([copy.subarray(0, at), copy.subarray(at + 1 + chance.below(8))]);
  }
}

function spliced(
  bytes: Uint8Array,
  at: number,
  from: Uint8Array,
  chance: Chance,
): Uint8Array<ArrayBuffer> {
  const start = from.length === 0 ? 0 : chance.below(from.length);
  const part = from.subarray(start, start + 1 + chance.below(60));
  return joined([bytes.subarray(0, at), part, bytes.subarray(at)]);
}

function randomOctets(count: number, chance: Chance): Uint8Array {
  return Uint8Array.from({ length: count }, () => chance.below(256));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(concatBytes(parts));
}
