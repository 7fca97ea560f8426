import { z } from "zod";
import { StoreError, type StoreFault } from "../storeError.ts";
import { countSchema } from "./planSchemas.ts";

/**
 * The plan store's port over HTTP on a Unix domain socket. Version 2 brought orders, epochs,
 * clean-up and what entries say of overrides and tombstones; 1 had none of it.
 *
 * `POST /v1/<operation>` takes and gives JSON: 200 with `{answer}`, anything else with `{fault,
 * message}`. `GET /v1/watch` gives one JSON line per hint, and at least one line a second as a sign
 * of life. Every request and response carries the header `holdfast-protocol`; a version other than
 * one's own is refused, not guessed at: the processes of an instance are of one version.
 */
export const PROTOCOL_VERSION = 3;
/** Carries {@link PROTOCOL_VERSION}. */
export const PROTOCOL_HEADER = "holdfast-protocol";
/** How often a watcher hears something, at least. */
export const ALIVE_EVERY_MS = 1_000;
/** A watcher that heard nothing for this long takes contact for lost: several signs in a row. */
export const SILENCE_MS_MAX = 5_000;
/** Longest line of a watch, in characters: hints are short. */
export const LINE_CHARACTERS_MAX = 4_096;

/** One line of a watch. */
export const watchLineSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hint"),
    topic: z.enum(["plan", "policy", "forces", "orders", "health", "connected"]),
    generation: countSchema.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("journal"), seq: countSchema }),
  z.strictObject({ kind: z.literal("alive") }),
]);

/** One line of a watch. */
export type WatchLine = z.infer<typeof watchLineSchema>;

const problem = z.string();
const faultSchema: z.ZodType<StoreFault> = z.discriminatedUnion("code", [
  z.strictObject({ code: z.literal("unreachable"), operation: z.string() }),
  z.strictObject({ code: z.literal("full") }),
  z.strictObject({ code: z.literal("unusable"), problem }),
  z.strictObject({ code: z.literal("in-use") }),
  z.strictObject({ code: z.literal("newer-format"), found: z.number(), known: z.number() }),
  z.strictObject({ code: z.literal("malformed"), problem }),
  z.strictObject({ code: z.literal("refused"), problem }),
]);
const failureSchema = z.strictObject({ fault: faultSchema, message: z.string() });

/** The body of a failure. */
export function failureText(error: StoreError): string {
  return JSON.stringify({ fault: error.fault, message: error.message });
}

/** The error that a body tells of; undefined where it is not a failure's body. */
export function failureOf(body: unknown): StoreError | undefined {
  const parsed = failureSchema.safeParse(body);
  return parsed.success ? new StoreError(parsed.data.fault, parsed.data.message) : undefined;
}

/** HTTP status of each fault, for whoever looks at the socket with curl. */
export const STATUS: Readonly<Record<StoreFault["code"], number>> = {
  malformed: 400,
  refused: 409,
  "newer-format": 426,
  unreachable: 500,
  unusable: 503,
  "in-use": 503,
  full: 507,
};

/** Checks the peer's version. Throws StoreError `newer-format`; `malformed` for none or older. */
export function checkVersion(header: string | readonly string[] | undefined, peer: string): void {
  const text = typeof header === "string" ? header : "";
  const found = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : 0;
  if (found === PROTOCOL_VERSION) return;
  if (found === 0) {
    const problem = `Cannot speak with ${peer} as it must say its ${PROTOCOL_HEADER}: it does not`;
    throw new StoreError({ code: "malformed", problem }, problem);
  }
  if (found < PROTOCOL_VERSION) {
    const problem =
      `Cannot speak with ${peer} as its protocol must be ${PROTOCOL_VERSION}: it is ${found}, ` +
      "of an older Holdfast. Restart it with this version";
    throw new StoreError({ code: "malformed", problem }, problem);
  }
  throw new StoreError(
    { code: "newer-format", found, known: PROTOCOL_VERSION },
    `Cannot speak with ${peer} as its protocol must be <= ${PROTOCOL_VERSION}: it is ${found}`,
  );
}
