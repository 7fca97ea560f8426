// Names in wire format as words of memory: hashed and compared four octets at a time.

/** Words that hold so many octets. */
export function wordsFor(octets: number): number {
  return (octets + 3) >> 2;
}

/** Four octets in one word, ASCII letters folded to lower case; length octets stay (RFC 4343). */
function lowerWord(value: number): number {
  const low = value & 0x7f7f7f7f;
  // Bit 7 of each octet: it is at least "A", and not more than "Z", and ASCII.
  const upper = ((low + 0x3f3f3f3f) | 0) & ~((low + 0x25252525) | 0) & ~value & 0x80808080;
  return value | (upper >>> 2);
}

/** Bits of the last word that belong to a name of so many octets; -1 (all) where it is full. */
function tailMask(octets: number): number {
  const rest = octets & 3;
  return rest === 0 ? -1 : (1 << (rest << 3)) - 1;
}

/**
 * Hash of a name in wire format which begins at word `at` of any word array, in whatever letter
 * case; octets behind the name do not count. Not 0. No secret is in it: where strangers may write
 * names, the chains of a table must be bounded.
 */
export function hashWords(words: Int32Array, at: number, octets: number): number {
  const last = at + ((octets - 1) >> 2);
  let hash = octets;
  for (let index = at; index < last; index += 1) {
    hash = Math.imul(hash ^ lowerWord(words[index] as number), 0x9e3779b1);
    hash = (hash << 15) | (hash >>> 17);
  }
  hash = Math.imul(hash ^ lowerWord((words[last] as number) & tailMask(octets)), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash === 0 ? 1 : hash;
}

/**
 * Whether the name of `octets` octets at word `at` of `words`, in lower case with zeros behind it,
 * is that at word `askedAt` of `asked`, in whatever letter case.
 */
export function isSameName(
  words: Int32Array,
  at: number,
  asked: Int32Array,
  askedAt: number,
  octets: number,
): boolean {
  const last = (octets - 1) >> 2;
  for (let index = 0; index < last; index += 1) {
    if (words[at + index] !== lowerWord(asked[askedAt + index] as number)) return false;
  }
  const tail = (asked[askedAt + last] as number) & tailMask(octets);
  return words[at + last] === lowerWord(tail);
}
