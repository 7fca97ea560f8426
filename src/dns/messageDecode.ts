import { decodeRdata } from "./rdataWire.ts";
import { type DecodedMessage, readMessage } from "./readMessage.ts";

/**
 * Reads a message strictly: anything cut off, left over, contradicting its counts or pointing
 * forwards is malformed (RFC 1035 section 4, RFC 6891 section 6.1.1, RFC 8945 section 5.1). Never
 * throws; work and memory are bounded by the octets there are, never by the counts claimed.
 */
export function decodeMessage(bytes: Uint8Array): DecodedMessage {
  return readMessage(bytes, decodeRdata);
}
