import {
  CAA_TAG_FIELD,
  CHARACTER_STRINGS_FIELD,
  COMPRESSED_NAME,
  IPV4_FIELD,
  IPV6_FIELD,
  PLAIN_NAME,
  type RdataField,
  REST_STRING_FIELD,
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
  /** Whether a name is among the fields: without one, RDATA is checked and copied whole. */
  readonly hasName: boolean;
}

function row(type: number, classes: "any-class" | "class-in", ...fields: RdataField[]): RdataRow {
  const hasName = fields.some((field) => field.kind === "name");
  return { type, fields, anyClass: classes === "any-class", hasName };
}

const SVCB_FIELDS = [u16Field("priority"), PLAIN_NAME, SVC_PARAMS_FIELD];

const ROWS: readonly RdataRow[] = [
  row(RRType.A, "class-in", IPV4_FIELD),
  row(RRType.NS, "any-class", COMPRESSED_NAME),
  row(RRType.CNAME, "any-class", COMPRESSED_NAME),
  row(
    RRType.SOA,
    "any-class",
    COMPRESSED_NAME,
    COMPRESSED_NAME,
    u32Field("serial"),
    u32Field("refresh"),
    u32Field("retry"),
    u32Field("expire"),
    u32Field("minimum"),
  ),
  row(RRType.PTR, "any-class", COMPRESSED_NAME),
  row(RRType.MX, "any-class", u16Field("preference"), COMPRESSED_NAME),
  row(RRType.TXT, "any-class", CHARACTER_STRINGS_FIELD),
  row(RRType.AAAA, "class-in", IPV6_FIELD),
  row(
    RRType.SRV,
    "class-in",
    u16Field("priority"),
    u16Field("weight"),
    u16Field("port"),
    TOLERATED_NAME,
  ),
  row(RRType.DNAME, "any-class", PLAIN_NAME),
  row(RRType.SVCB, "class-in", ...SVCB_FIELDS),
  row(RRType.HTTPS, "class-in", ...SVCB_FIELDS),
  row(RRType.CAA, "any-class", u8Field("flags"), CAA_TAG_FIELD, REST_STRING_FIELD),
];

/** Types whose RDATA is understood; all others are opaque octets (RFC 3597). */
export const RDATA_ROWS: ReadonlyMap<number, RdataRow> = new Map(
  ROWS.map((entry) => [entry.type, entry]),
);
