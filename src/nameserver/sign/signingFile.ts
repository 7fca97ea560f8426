import { z } from "zod";
import { base64Bytes, base64Text, utf8, utf8Text } from "../../base/index.ts";
import { type Name, parseName } from "../../dns/index.ts";
import { type HeldKey, heldKey, STAGES, type ZoneSigning } from "./zoneSigning.ts";

/** The file in the nameserver's folder with keys and stages of all zones, mode 0600. */
export const SIGNING_FILE = "dnssec.json";
/** Outcomes of orders kept for whoever gave them. */
const OUTCOMES_MAX = 32;
/** Of the file's format. */
const VERSION = 1;
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
const versionSchema = z.object({ version: z.int() });
const bookSchema = z.object({
  version: z.literal(VERSION),
  zones: z.array(
    z.object({
      zone: z.string(),
      stage: z.enum(STAGES),
      sinceSeconds: seconds,
      ttlSecondsMax: seconds,
      newestSeconds: seconds,
      lastExpirationSeconds: seconds,
      aheadSeconds: seconds.default(0),
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
  const book = { version: VERSION, zones: list, outcomes: outcomes.slice(-OUTCOMES_MAX) };
  return utf8(`${JSON.stringify(book, undefined, 2)}\n`);
}

/** A file that was read, or why there is nothing to go by. */
export type BookRead =
  | { readonly kind: "book"; readonly book: SigningBook }
  | { readonly kind: "too-new" | "malformed"; readonly problem: string };

const MALFORMED: BookRead = {
  kind: "malformed",
  problem: `${SIGNING_FILE} is not what this program writes: restore it from a backup`,
};
const TOO_NEW: BookRead = {
  kind: "too-new",
  problem: `${SIGNING_FILE} is of a newer format: use the newer holdfast that wrote it`,
};

/** Reads the file: what {@link encodeBook} writes, here or in a later version of the program. */
export function decodeBook(bytes: Uint8Array): BookRead {
  const json = parsedJson(utf8Text(bytes) ?? "");
  const versioned = versionSchema.safeParse(json);
  if (versioned.success && versioned.data.version > VERSION) return TOO_NEW;
  const read = bookSchema.safeParse(json);
  if (!read.success) return MALFORMED;
  const zones = new Map<Name, ZoneSigning>();
  for (const { zone, keys, ...rest } of read.data.zones) {
    const name = parseName(zone);
    const held = keys.flatMap((key) => readKey(key) ?? []);
    if (name.kind === "malformed" || held.length < keys.length) return MALFORMED;
    zones.set(name.name, { ...rest, zone: name.name, keys: held });
  }
  return { kind: "book", book: { zones, outcomes: read.data.outcomes } };
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
