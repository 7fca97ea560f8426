import { z } from "zod";
import { utf8, utf8Text } from "../../base/index.ts";
import { type Name, parseName } from "../../dns/index.ts";

/** Orders are files in the nameserver's folder, so that a person needs nothing else to run. */
const PREFIX = "dnssec-order-";
const FILE_NAME = /^dnssec-order-([a-z0-9]{8,40})$/;
const ORDER_OCTETS_MAX = 4096;

/** What a person wants of a zone's signing. */
export interface SigningOrder {
  readonly zone: Name;
  /** `trust-clock`: a person has looked at the clock, and it is right. */
  readonly act: "roll" | "ds-seen" | "ds-gone" | "trust-clock";
  /** For the log. */
  readonly actor: string;
}

const orderSchema = z.object({
  zone: z.string(),
  act: z.enum(["roll", "ds-seen", "ds-gone", "trust-clock"]),
  actor: z.string(),
});

/** The file of an order. `id`: 8 to 40 lower-case letters and digits. */
export function orderFile(id: string): string {
  return `${PREFIX}${id}`;
}

/** The id of an order's file; undefined for all other files. */
export function orderId(file: string): string | undefined {
  return FILE_NAME.exec(file)?.[1];
}

/** Octets of an order. */
export function encodeOrder(order: SigningOrder): Uint8Array {
  return utf8(JSON.stringify(order));
}

/** Reads an order; undefined where it is none. */
export function decodeOrder(bytes: Uint8Array): SigningOrder | undefined {
  if (bytes.length > ORDER_OCTETS_MAX) return undefined;
  try {
    const { zone, act, actor } = orderSchema.parse(JSON.parse(utf8Text(bytes) ?? ""));
    const parsed = parseName(zone);
    return parsed.kind === "parsed" ? { zone: parsed.name, act, actor } : undefined;
  } catch {
    return undefined;
  }
}
