/**
 * Memory that datagrams are received into and answered in: three views of the same octets. A
 * datagram begins at a multiple of four, and {@link PACKET_SLACK} octets behind its slot may be
 * read, and written with what the next reply overwrites.
 */
export interface PacketMemory {
  readonly words: Int32Array;
  readonly octets: Uint8Array;
  readonly view: DataView;
}

/** Octets that a slot must have for a reply: 1,232 and room for what is copied word by word. */
export const SLOT_OCTETS_MIN = 2048;

/** Views of a whole buffer. */
export function packetMemory(buffer: ArrayBufferLike): PacketMemory {
  return {
    words: new Int32Array(buffer),
    octets: new Uint8Array(buffer),
    view: new DataView(buffer),
  };
}

/** Copies `octets` octets, rounded up to whole words, to any place in a packet. */
export function copyWords(
  to: DataView,
  at: number,
  from: Int32Array,
  fromWord: number,
  octets: number,
): void {
  for (let done = 0, word = fromWord; done < octets; done += 4, word += 1) {
    to.setInt32(at + done, from[word] as number, true);
  }
}
