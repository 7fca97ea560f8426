import { z } from "zod";
import { base64Bytes, base64Text, utf8, utf8Text } from "../../base/index.ts";
import { type Name, parseName } from "../../dns/index.ts";
import { type HeldKey, heldKey, STAGES, type ZoneSigning } from "./zoneSigning.ts";

/** The file in the nameserver's folder with keys and stages of all zones, mode 0600. */
export const SIGNING_FILE = "dnssec.json";
/** Outcomes of orders kept for whoever gave them. */
const OUTCOMES_MAX = 32;
const KEY_OCTETS = { public: 64, private: 32 } as const;

/** What became of an order, for whoever gave it. */
export interface OrderOutcome {
  readonly id: string;
  readonly isDone: boolean;
  readonly text: string;
}

/** All that signing must remember. */
export interface SigningBook {
  readonly zones: ReadonlyMap<Name, ZoneSigning>;
  /** The newest last. */
  readonly outcomes: readonly OrderOutcome[];
}

/** A book with nothing in it. */
export const EMPTY_BOOK: SigningBook = { zones: new Map(), outcomes: [] };

const seconds = z.int().min(0);
const keySchema = z.object({
  role: z.enum(["next", "active", "old"]),
  madeSeconds: seconds,
  publicKey: z.string(),
  privateKey: z.string(),
});
const bookSchema = z.object({
  version: z.literal(1),
  zones: z.array(
    z.object({
      zone: z.string(),
      stage: z.enum(STAGES),
      sinceSeconds: seconds,
      ttlSecondsMax: seconds,
      newestSeconds: seconds,
      lastExpirationSeconds: seconds,
      keys: z.array(keySchema),
    }),
  ),
  outcomes: z.array(z.object({ id: z.string(), isDone: z.boolean(), text: z.string() })),
});

/** The file's content. */
export function encodeBook({ zones, outcomes }: SigningBook): Uint8Array {
  const list = [...zones.values()].map(({ keys, ...rest }) => ({
    ...rest,
    keys: keys.map(({ role, madeSeconds, pair }) => ({
      role,
      madeSeconds,
      publicKey: base64Text(pair.publicKey),
      privateKey: base64Text(pair.privateKey),
    })),
  }));
  const book = { version: 1, zones: list, outcomes: outcomes.slice(-OUTCOMES_MAX) };
  return utf8(`${JSON.stringify(book, undefined, 2)}\n`);
}

/** Reads the file; undefined where it is not what {@link encodeBook} writes. */
export function decodeBook(bytes: Uint8Array): SigningBook | undefined {
  const read = bookSchema.safeParse(parsedJson(utf8Text(bytes) ?? ""));
  if (!read.success) return undefined;
  const zones = new Map<Name, ZoneSigning>();
  for (const { zone, keys, ...rest } of read.data.zones) {
    const name = parseName(zone);
    const held = keys.flatMap((key) => readKey(key) ?? []);
    if (name.kind === "malformed" || held.length < keys.length) return undefined;
    zones.set(name.name, { ...rest, zone: name.name, keys: held });
  }
  return { zones, outcomes: read.data.outcomes };
}

function readKey(key: z.infer<typeof keySchema>): HeldKey | undefined {
  const publicKey = base64Bytes(key.publicKey);
  const privateKey = base64Bytes(key.privateKey);
  if (publicKey?.length !== KEY_OCTETS.public) return undefined;
  if (privateKey?.length !== KEY_OCTETS.private) return undefined;
  return heldKey({ publicKey, privateKey }, key.role, key.madeSeconds);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
