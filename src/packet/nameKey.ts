import { encodeName, type Name, ROOT } from "../dns/index.ts";
import { hashWords, wordsFor } from "./nameWords.ts";

/** RFC 1035 section 2.3.4. */
const NAME_OCTETS_MAX = 255;
const DOT = 0x2e;

/** A name as tables have names: in words, zeros behind it. One is used again and again. */
export class NameKey {
  /** The wire format, in lower case, from word 0. */
  readonly words = new Int32Array(wordsFor(NAME_OCTETS_MAX));
  /** The same memory. */
  readonly bytes = new Uint8Array(this.words.buffer);
  /** Octets of the name. */
  octets = 0;
  hash = 0;

  /** Takes a name; says no to one that is longer than names are. */
  set(name: Name): boolean {
    if (name.includes("\\") || name === ROOT) return this.#setWire(encodeName(name));
    const octets = name.length + 1;
    if (octets > NAME_OCTETS_MAX) return false;
    const { bytes } = this;
    // Every character is one octet: each dot becomes the length of what is before it.
    let lengthAt = 0;
    for (let index = 0; index < name.length; index += 1) {
      const code = name.charCodeAt(index);
      bytes[index + 1] = code;
      if (code !== DOT) continue;
      bytes[lengthAt] = index - lengthAt;
      lengthAt = index + 1;
    }
    return this.#finish(octets, lengthAt);
  }

  /** Takes what another key has. */
  copy(other: NameKey): void {
    this.bytes.set(other.bytes);
    this.octets = other.octets;
    this.hash = other.hash;
  }

  /** Drops the first label of a name that is not the root. */
  dropLabel(): void {
    const dropped = 1 + (this.bytes[0] ?? 0);
    this.bytes.copyWithin(0, dropped, this.octets);
    this.#finish(this.octets - dropped, this.octets - dropped - 1);
  }

  #setWire(wire: Uint8Array): boolean {
    if (wire.length > NAME_OCTETS_MAX) return false;
    this.bytes.set(wire);
    return this.#finish(wire.length, wire.length - 1);
  }

  #finish(octets: number, rootAt: number): true {
    this.bytes.fill(0, rootAt, wordsFor(octets) * 4);
    this.octets = octets;
    this.hash = hashWords(this.words, 0, octets);
    return true;
  }
}
