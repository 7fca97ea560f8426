export { CLIENT_SUBNET_OPTION, clientSubnetReply } from "./clientSubnet.ts";
export { Opcode, Rcode, RRClass, rcodeText } from "./codes.ts";
export {
  CLIENT_COOKIE_OCTETS,
  COOKIE_OPTION,
  COOKIE_SECRET_OCTETS,
  COOKIE_VERSION_WORD,
  CookieHash,
  isCookieFresh,
  isCookieLength,
  isCookieTimely,
  networkOrder,
  SERVER_COOKIE_OCTETS,
} from "./cookie.ts";
export { DnsError, type DnsFault } from "./dnsError.ts";
export {
  CDNSKEY_DELETE,
  CDS_DELETE,
  DigestType,
  type Dnskey,
  decodeDnskey,
  dsRdata,
  ECDSA_P256_SHA256,
  encodeDnskey,
  KEY_SIGNING_FLAGS,
  keyTag,
  ZONE_SIGNING_FLAGS,
} from "./dnskey.ts";
export { type ExtendedError, ExtendedErrorCode, ednsWithErrors, extendedErrors } from "./edns.ts";
export { parseSignatureTime, signatureTimeText } from "./fields/time.ts";
export { FrameReader, frame } from "./frames.ts";
export { type IpNetwork, ipNetworkText, isInNetwork, parseIpNetwork } from "./ipNetwork.ts";
export {
  type Edns,
  type EdnsOption,
  emptyMessage,
  MESSAGE_OCTETS_MAX,
  type Message,
  type MessageHeader,
  makeQuery,
  makeResponse,
  type QueryOptions,
  type Question,
  type ResourceRecord,
  TTL_SECONDS_MAX,
  UDP_PAYLOAD_OCTETS,
} from "./message.ts";
export { decodeMessage } from "./messageDecode.ts";
export {
  type EncodeOptions,
  encodeMessage,
  UDP_OCTETS_MIN,
} from "./messageEncode.ts";
export { type Name, nameOf, type ParsedName, parseName, ROOT } from "./name.ts";
export { compareNames, isAtOrBelow, isBelow, labelsOf, parentOf, prefixName } from "./nameTree.ts";
export {
  decodeNsec,
  decodeTypeBitmap,
  encodeNsec,
  encodeTypeBitmap,
  type Nsec,
  nsecCovers,
} from "./nsec.ts";
export { NSID_OPTION } from "./nsid.ts";
export {
  fitsOwnerPattern,
  type OwnerPattern,
  type ParsedOwnerPattern,
  parseOwnerPattern,
} from "./ownerPattern.ts";
export { type ParsedRdata, parseRdata, rdataText } from "./rdata.ts";
export { rdataNames } from "./rdataWire.ts";
export { type DecodedMessage, decodeHeader } from "./readMessage.ts";
export {
  makeRRset,
  type RRset,
  rrsetLines,
  sameRdata,
  sameRRset,
  sortRdata,
} from "./rrset.ts";
export {
  coveredType,
  decodeRrsig,
  encodeRrsig,
  isWildcard,
  makeRrsig,
  type Rrsig,
  type RrsigCheck,
  signedLabels,
  signingInput,
  type Validity,
  verifyRrsig,
  type ZoneKey,
  zoneKey,
} from "./rrsig.ts";
export { isMetaType, RRType, typeCode, typeText } from "./rrType.ts";
export { compareSerials, nextSerial } from "./serial.ts";
export { decodeSoa, encodeSoa, type Soa } from "./soa.ts";
export {
  ixfrSerial,
  makeAxfrQuery,
  makeIxfrQuery,
  makeNotify,
  type SoaRecord,
  soaResource,
} from "./transferQuery.ts";
export {
  type DifferenceSequence,
  type Transfer,
  type TransferAsked,
  type TransferRead,
  TransferReader,
  type TransferReaderLimits,
} from "./transferReader.ts";
export { TRANSFER_OCTETS, type TransferQuestion, TransferWriter } from "./transferWriter.ts";
export {
  signatureOctets,
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
export { type StreamChecked, TsigStreamSigner, TsigStreamVerifier } from "./tsigStream.ts";
export { decodeTxt, encodeTxt } from "./txt.ts";
export {
  encodeUpdate,
  type Prerequisite,
  type Update,
  type UpdateStep,
  updateMessage,
} from "./update.ts";
export { type ParsedUpdate, parseUpdate } from "./updateParse.ts";
export { decodeName } from "./wireName.ts";
export { encodeName } from "./wireWriter.ts";
export {
  collectRRsets,
  type ReadZoneFile,
  readZoneFile,
  sortRRsets,
  zoneFileLines,
  zoneFileText,
} from "./zoneFile/zoneFile.ts";
export type { ZoneFileOptions, ZoneFileProblem } from "./zoneFile/zoneFileOptions.ts";
export { ZoneFileReader } from "./zoneFile/zoneFileReader.ts";
