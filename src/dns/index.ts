export { Opcode, Rcode, RRClass, rcodeText } from "./codes.ts";
export { DnsError, type DnsFault } from "./dnsError.ts";
export { type ExtendedError, ExtendedErrorCode, ednsWithErrors, extendedErrors } from "./edns.ts";
export { FrameReader, frame } from "./frames.ts";
export {
  type Edns,
  type EdnsOption,
  emptyMessage,
  type Message,
  type MessageHeader,
  makeQuery,
  makeResponse,
  type QueryOptions,
  type Question,
  type ResourceRecord,
  UDP_PAYLOAD_OCTETS,
} from "./message.ts";
export { type DecodedMessage, decodeHeader, decodeMessage } from "./messageDecode.ts";
export {
  type EncodeOptions,
  encodeMessage,
  MESSAGE_OCTETS_MAX,
  UDP_OCTETS_MIN,
} from "./messageEncode.ts";
export { type Name, nameOf, type ParsedName, parseName, ROOT } from "./name.ts";
export { compareNames, isAtOrBelow, isBelow, labelsOf, parentOf, prefixName } from "./nameTree.ts";
export { type ParsedRdata, parseRdata, rdataText } from "./rdata.ts";
export { rdataNames } from "./rdataWire.ts";
export {
  makeRRset,
  type RRset,
  rrsetLines,
  sameRdata,
  sameRRset,
  sortRdata,
  TTL_SECONDS_MAX,
} from "./rrset.ts";
export { isMetaType, RRType, typeCode, typeText } from "./rrType.ts";
export { compareSerials, nextSerial } from "./serial.ts";
export { decodeSoa, encodeSoa, type Soa } from "./soa.ts";
export {
  signMessage,
  TSIG_FUDGE_SECONDS,
  type TsigCheck,
  type TsigError,
  type TsigSigning,
  unsignedTsigError,
  type VerifiedMessage,
  verifyMessage,
} from "./tsig.ts";
export {
  type ParsedTsigKey,
  parseTsigKey,
  TSIG_SECRET_OCTETS_MIN,
  type TsigAlgorithm,
  type TsigKey,
} from "./tsigKey.ts";
export type { TsigRecord } from "./tsigRecord.ts";
export { decodeTxt, encodeTxt } from "./txt.ts";
export {
  encodeUpdate,
  type Prerequisite,
  type Update,
  type UpdateStep,
  updateMessage,
} from "./update.ts";
export { type ParsedUpdate, parseUpdate } from "./updateParse.ts";
export { encodeName } from "./wireWriter.ts";
