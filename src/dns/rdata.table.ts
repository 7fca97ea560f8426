import { ADDRESS_PREFIXES_FIELD } from "./fields/addressPrefix.ts";
import {
  base64Field,
  digestField,
  HASHED_NAME_FIELD,
  hexField,
  SALT_FIELD,
} from "./fields/binary.ts";
import {
  CAA_TAG_FIELD,
  CHARACTER_STRING_FIELD,
  CHARACTER_STRINGS_FIELD,
  OPTIONAL_STRING_FIELD,
  REST_STRING_FIELD,
} from "./fields/charString.ts";
import { ALGORITHM_FIELD, CERT_TYPE_FIELD, DSYNC_SCHEME_FIELD } from "./fields/dnssec.ts";
import { AMT_RELAY_FIELD, IPSEC_GATEWAY_FIELD } from "./fields/gateway.ts";
import { EUI48_FIELD, EUI64_FIELD, LOCATOR64_FIELD, NSAP_FIELD } from "./fields/groups.ts";
import { HOST_IDENTITY_FIELD } from "./fields/hostIdentity.ts";
import { LOCATION_FIELD } from "./fields/location.ts";
import { durationField, signatureTimeField } from "./fields/time.ts";
import { TYPE_FIELD, TYPES_FIELD, TYPES_OR_NONE_FIELD } from "./fields/typeBitmap.ts";
import {
  COMPRESSED_NAME,
  IPV4_FIELD,
  IPV6_FIELD,
  KEPT_NAME,
  PLAIN_NAME,
  type RdataField,
  TOLERATED_NAME,
  u8Field,
  u16Field,
  u32Field,
} from "./rdataField.ts";
import { RRType } from "./rrType.ts";
import { SVC_PARAMS_FIELD } from "./svcParams.ts";

/** The RDATA of one RR type, field by field, in wire order. */
export interface RdataRow {
  readonly type: number;
  readonly fields: readonly RdataField[];
  /** Whether the fields hold in every class, not only in IN (RFC 1035 section 3.3 and 3.4). */
  readonly anyClass: boolean;
  /** Whether a name is among the fields. */
  readonly hasName: boolean;
  /** Whether reading changes octets (compression, case): else RDATA is checked and copied whole. */
  readonly isRewritten: boolean;
  /** Whether writing compresses a name (RFC 3597 section 4). */
  readonly compresses: boolean;
}

function row(type: number, classes: "any-class" | "class-in", ...fields: RdataField[]): RdataRow {
  const names = fields.filter((field) => field.kind === "name");
  return {
    type,
    fields,
    anyClass: classes === "any-class",
    hasName: names.length > 0,
    isRewritten: names.some((name) => name.letterCase === "fold"),
    compresses: names.some((name) => name.compress),
  };
}

/** Sizes of the digests of DS records by type, in octets (IANA registry "Digest Algorithms"). */
const DS_DIGESTS = new Map([
  [1, 20],
  [2, 32],
  [3, 32],
  [4, 48],
  [5, 32],
  [6, 32],
]);
const SSHFP_DIGESTS = new Map([
  [1, 20],
  [2, 32],
]);
const ZONEMD_DIGESTS = new Map([
  [1, 48],
  [2, 64],
]);
const ZONEMD_DIGEST_OCTETS_MIN = 12; // RFC 8976 section 2.2.4

const DS_FIELDS = [
  u16Field("the key tag"),
  ALGORITHM_FIELD,
  digestField("digest type", 1, DS_DIGESTS),
];
const DNSKEY_FIELDS = [u16Field("flags"), u8Field("the protocol"), ALGORITHM_FIELD];
const RRSIG_FIELDS = [
  TYPE_FIELD,
  ALGORITHM_FIELD,
  u8Field("labels"),
  durationField("the original TTL"),
  signatureTimeField("the expiration"),
  signatureTimeField("the inception"),
  u16Field("the key tag"),
  PLAIN_NAME,
  base64Field("the signature"),
];
const NSEC3PARAM_FIELDS = [
  u8Field("the hash algorithm"),
  u8Field("flags"),
  u16Field("iterations"),
  SALT_FIELD,
];
const TLSA_FIELDS = [
  u8Field("the usage"),
  u8Field("the selector"),
  u8Field("the matching type"),
  hexField("the certificate association data"),
];
const SVCB_FIELDS = [u16Field("priority"), KEPT_NAME, SVC_PARAMS_FIELD];
const PREFERENCE = u16Field("preference");

/** RFC 1035, and the early types that need nothing else. */
const FIRST_ROWS: readonly RdataRow[] = [
  row(RRType.A, "class-in", IPV4_FIELD),
  ...[RRType.NS, RRType.MD, RRType.MF, RRType.CNAME, RRType.MB, RRType.MG, RRType.MR].map((type) =>
    row(type, "any-class", COMPRESSED_NAME),
  ),
  row(
    RRType.SOA,
    "any-class",
    COMPRESSED_NAME,
    COMPRESSED_NAME,
    u32Field("serial"),
    durationField("refresh"),
    durationField("retry"),
    durationField("expire"),
    durationField("minimum"),
  ),
  row(RRType.PTR, "any-class", COMPRESSED_NAME),
  row(RRType.HINFO, "any-class", CHARACTER_STRING_FIELD, CHARACTER_STRING_FIELD),
  row(RRType.MINFO, "any-class", COMPRESSED_NAME, COMPRESSED_NAME),
  row(RRType.MX, "any-class", PREFERENCE, COMPRESSED_NAME),
  row(RRType.RP, "any-class", TOLERATED_NAME, TOLERATED_NAME),
  row(RRType.AFSDB, "any-class", u16Field("subtype"), TOLERATED_NAME),
  row(RRType.X25, "any-class", CHARACTER_STRING_FIELD),
  row(RRType.ISDN, "any-class", CHARACTER_STRING_FIELD, OPTIONAL_STRING_FIELD),
  row(RRType.RT, "any-class", PREFERENCE, TOLERATED_NAME),
  row(RRType.NSAP, "class-in", NSAP_FIELD),
  row(RRType["NSAP-PTR"], "class-in", PLAIN_NAME),
  row(RRType.PX, "class-in", PREFERENCE, TOLERATED_NAME, TOLERATED_NAME),
  row(
    RRType.GPOS,
    "any-class",
    CHARACTER_STRING_FIELD,
    CHARACTER_STRING_FIELD,
    CHARACTER_STRING_FIELD,
  ),
  ...[RRType.TXT, RRType.NINFO, RRType.SPF, RRType.AVC, RRType.RESINFO, RRType.WALLET].map((type) =>
    row(type, "any-class", CHARACTER_STRINGS_FIELD),
  ),
];

/** DNSSEC: RFC 4034, 5155, 7344, 7477, 8976. */
const DNSSEC_ROWS: readonly RdataRow[] = [
  ...[RRType.DS, RRType.CDS, RRType.DLV, RRType.TA].map((type) =>
    row(type, "any-class", ...DS_FIELDS),
  ),
  ...[RRType.DNSKEY, RRType.CDNSKEY, RRType.RKEY].map((type) =>
    row(type, "any-class", ...DNSKEY_FIELDS, base64Field("the public key")),
  ),
  row(RRType.KEY, "any-class", ...DNSKEY_FIELDS, base64Field("the public key", "may be empty")),
  row(RRType.RRSIG, "any-class", ...RRSIG_FIELDS),
  row(RRType.SIG, "any-class", ...RRSIG_FIELDS),
  row(RRType.NSEC, "any-class", KEPT_NAME, TYPES_FIELD),
  row(RRType.NSEC3, "any-class", ...NSEC3PARAM_FIELDS, HASHED_NAME_FIELD, TYPES_OR_NONE_FIELD),
  row(RRType.NSEC3PARAM, "any-class", ...NSEC3PARAM_FIELDS),
  row(RRType.TALINK, "any-class", KEPT_NAME, KEPT_NAME),
  row(RRType.CSYNC, "any-class", u32Field("serial"), u16Field("flags"), TYPES_OR_NONE_FIELD),
  row(
    RRType.ZONEMD,
    "any-class",
    u32Field("serial"),
    u8Field("the scheme"),
    digestField("hash algorithm", ZONEMD_DIGEST_OCTETS_MIN, ZONEMD_DIGESTS),
  ),
];

/** Services, addresses, keys. */
const LATER_ROWS: readonly RdataRow[] = [
  row(RRType.AAAA, "class-in", IPV6_FIELD),
  row(RRType.LOC, "any-class", LOCATION_FIELD),
  row(
    RRType.SRV,
    "class-in",
    u16Field("priority"),
    u16Field("weight"),
    u16Field("port"),
    TOLERATED_NAME,
  ),
  row(
    RRType.NAPTR,
    "any-class",
    u16Field("order"),
    PREFERENCE,
    CHARACTER_STRING_FIELD,
    CHARACTER_STRING_FIELD,
    CHARACTER_STRING_FIELD,
    TOLERATED_NAME,
  ),
  row(RRType.KX, "class-in", PREFERENCE, PLAIN_NAME),
  row(
    RRType.CERT,
    "any-class",
    CERT_TYPE_FIELD,
    u16Field("the key tag"),
    ALGORITHM_FIELD,
    base64Field("the certificate"),
  ),
  row(RRType.DNAME, "any-class", PLAIN_NAME),
  row(RRType.APL, "class-in", ADDRESS_PREFIXES_FIELD),
  row(
    RRType.SSHFP,
    "any-class",
    u8Field("the key algorithm"),
    digestField("fingerprint type", 1, SSHFP_DIGESTS),
  ),
  row(RRType.IPSECKEY, "any-class", u8Field("precedence"), IPSEC_GATEWAY_FIELD),
  row(RRType.DHCID, "class-in", base64Field("the digest")),
  row(RRType.TLSA, "any-class", ...TLSA_FIELDS),
  row(RRType.SMIMEA, "any-class", ...TLSA_FIELDS),
  row(RRType.HIP, "any-class", HOST_IDENTITY_FIELD),
  row(RRType.OPENPGPKEY, "any-class", base64Field("the key")),
  row(RRType.SVCB, "class-in", ...SVCB_FIELDS),
  row(RRType.HTTPS, "class-in", ...SVCB_FIELDS),
  row(RRType.DSYNC, "any-class", TYPE_FIELD, DSYNC_SCHEME_FIELD, u16Field("the port"), KEPT_NAME),
  row(RRType.HHIT, "any-class", base64Field("the host identity")),
  row(RRType.BRID, "any-class", base64Field("the broadcast identity")),
  row(RRType.NID, "any-class", PREFERENCE, LOCATOR64_FIELD),
  row(RRType.L32, "any-class", PREFERENCE, IPV4_FIELD),
  row(RRType.L64, "any-class", PREFERENCE, LOCATOR64_FIELD),
  row(RRType.LP, "any-class", PREFERENCE, KEPT_NAME),
  row(RRType.EUI48, "any-class", EUI48_FIELD),
  row(RRType.EUI64, "any-class", EUI64_FIELD),
  row(RRType.URI, "any-class", u16Field("priority"), u16Field("weight"), REST_STRING_FIELD),
  row(RRType.CAA, "any-class", u8Field("flags"), CAA_TAG_FIELD, REST_STRING_FIELD),
  row(RRType.AMTRELAY, "any-class", u8Field("precedence"), AMT_RELAY_FIELD),
];

/** Types whose RDATA is understood; all others are opaque octets (RFC 3597). */
export const RDATA_ROWS: ReadonlyMap<number, RdataRow> = new Map(
  [...FIRST_ROWS, ...DNSSEC_ROWS, ...LATER_ROWS].map((entry) => [entry.type, entry]),
);
