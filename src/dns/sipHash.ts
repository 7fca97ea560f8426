/** Words of a key: 128 bits, little-endian. */
export const SIP_KEY_WORDS = 4;

// "somepseudorandomlygeneratedbytes", the constants of the SipHash paper, low word first.
const INITIAL = [
  0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462,
] as const;
const FINAL_ROUNDS = 4;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) in 32-bit steps, for hot loops: it makes no object.
 * The result stays in `low` and `high` until the next call.
 */
export class SipHash {
  /** Lower 32 bits of the last hash, as a signed number. */
  low = 0;
  high = 0;

  /**
   * Hashes `octets` octets, which `message` holds as little-endian words, zeros behind the last.
   * `key` has four words from `keyAt` on.
   */
  hash(key: Int32Array, keyAt: number, message: Int32Array, octets: number): void {
    const [k0, k1, k2, k3] = [key[keyAt], key[keyAt + 1], key[keyAt + 2], key[keyAt + 3]] as [
      number,
      number,
      number,
      number,
    ];
    let a = INITIAL[0] ^ k0;
    let A = INITIAL[1] ^ k1;
    let b = INITIAL[2] ^ k2;
    let B = INITIAL[3] ^ k3;
    let c = INITIAL[4] ^ k0;
    let C = INITIAL[5] ^ k1;
    let d = INITIAL[6] ^ k2;
    let D = INITIAL[7] ^ k3;
    const blocks = (octets >> 3) + 1; // the last one carries the length
    const rounds = blocks * 2 + FINAL_ROUNDS;
    let low = 0;
    let high = 0;
    for (let round = 0; round < rounds; round += 1) {
      if (round >= blocks * 2) {
        if (round === blocks * 2) c ^= 0xff;
      } else if ((round & 1) === 0) {
        low = wordAt(message, round, octets);
        high = wordAt(message, round + 1, octets);
        if (round === blocks * 2 - 2) high |= octets << 24;
        d ^= low;
        D ^= high;
      }
      // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32 (lower case: low words)
      let sum = (a + b) | 0;
      A = (A + B + carry(a, b, sum)) | 0;
      let turned = (b << 13) | (B >>> 19);
      B = ((B << 13) | (b >>> 19)) ^ A;
      b = turned ^ sum;
      a = A;
      A = sum;
      // v2 += v3; v3 <<<= 16; v3 ^= v2
      sum = (c + d) | 0;
      C = (C + D + carry(c, d, sum)) | 0;
      turned = (d << 16) | (D >>> 16);
      D = ((D << 16) | (d >>> 16)) ^ C;
      c = sum;
      d = turned ^ c;
      // v0 += v3; v3 <<<= 21; v3 ^= v0
      sum = (a + d) | 0;
      A = (A + D + carry(a, d, sum)) | 0;
      turned = (d << 21) | (D >>> 11);
      D = ((D << 21) | (d >>> 11)) ^ A;
      a = sum;
      d = turned ^ a;
      // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
      sum = (c + b) | 0;
      C = (C + B + carry(c, b, sum)) | 0;
      turned = (b << 17) | (B >>> 15);
      B = ((B << 17) | (b >>> 15)) ^ C;
      b = turned ^ sum;
      c = C;
      C = sum;
      if ((round & 1) === 1 && round < blocks * 2) {
        a ^= low;
        A ^= high;
      }
    }
    this.low = a ^ b ^ c ^ d;
    this.high = A ^ B ^ C ^ D;
  }
}

function carry(left: number, right: number, sum: number): number {
  return ((left & right) | ((left | right) & ~sum)) >>> 31;
}

/** A word of the message; 0 behind its last octet. */
function wordAt(message: Int32Array, index: number, octets: number): number {
  return index << 2 < octets ? (message[index] as number) : 0;
}
