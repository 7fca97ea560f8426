// What a stub resolver needs of the protocol, and no more: a door of its own, so that the guard's
// library does not load every type's RDATA.
export { Rcode, RRClass } from "../codes.ts";
export { ExtendedErrorCode, extendedErrors } from "../edns.ts";
export { FrameReader, frame } from "../frames.ts";
export { ipv4Text, ipv6Text } from "../ipAddress.ts";
export type { Message, ResourceRecord } from "../message.ts";
export { type Name, parseName } from "../name.ts";
export { isAtOrBelow } from "../nameTree.ts";
export type { DecodedMessage } from "../readMessage.ts";
export { decodeSoa } from "../soa.ts";
export { decodeTxt } from "../txt.ts";
export { decodeName } from "../wireName.ts";
export { decodeStubMessage, encodeStubQuery, StubType } from "./stubMessage.ts";
