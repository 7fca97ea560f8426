import type { IpNetwork } from "../../../dns/index.ts";

const V6_OCTETS = 16;

/** Tells whose questions are answered, by addresses as the words that they are in memory. */
export class ClientFilter {
  readonly #addressWords: 1 | 4;
  /** Address and mask of each network. */
  readonly #networks: readonly (readonly [Int32Array, Int32Array])[];

  /** Addresses of one word, or four for IPv6; networks of the other kind have no clients here. */
  constructor(allowed: readonly IpNetwork[], addressWords: 1 | 4) {
    const isOurs = ({ octets }: IpNetwork): boolean => {
      return (octets.length === V6_OCTETS) === (addressWords === 4);
    };
    this.#addressWords = addressWords;
    this.#networks = allowed.filter(isOurs).map(({ octets, prefixLength }) => {
      const mask = octets.map((_, at) => 0xff00 >> Math.min(8, Math.max(0, prefixLength - 8 * at)));
      const address = octets.map((octet, at) => octet & (mask[at] ?? 0));
      return [wordsOf(address), wordsOf(mask)] as const;
    });
  }

  /** Whether the address at word `at` is that of a client. */
  has(words: Int32Array, at: number): boolean {
    for (const [address, mask] of this.#networks) {
      let difference = 0;
      for (let index = 0; index < this.#addressWords; index += 1) {
        const differs = (words[at + index] as number) ^ (address[index] as number);
        difference |= differs & (mask[index] as number);
      }
      if (difference === 0) return true;
    }
    return false;
  }
}

function wordsOf(octets: Uint8Array): Int32Array {
  return new Int32Array(Uint8Array.from(octets).buffer);
}
