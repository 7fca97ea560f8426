import { z } from "zod";
import type { Store } from "../store.ts";
import { StoreError } from "../storeError.ts";

/**
 * Largest message with a plan or a policy: 100,000 endpoints with 10 addresses each are about
 * 70 MB of JSON, and half as much again is left for longer causes.
 */
export const LARGE_OCTETS_MAX = 100 * 2 ** 20;
/** Largest message of any other call: a full buffer of 10,000 events, or every target's health. */
export const SMALL_OCTETS_MAX = 16 * 2 ** 20;
/** Longest wait for the answer of a call, in milliseconds; then nothing is known of its outcome. */
const SMALL_CALL_MS = 10_000;
/** The same for plans and policies, which a busy machine may need seconds to read and check. */
const LARGE_CALL_MS = 60_000;

/** How much a call may bring and how long it may take. */
type CallSize = "small" | "large";

/** One call of the plan store's port, as it travels over the socket. */
export interface Operation<Request, Answer> {
  readonly name: string;
  readonly octetsMax: number;
  readonly timeoutMs: number;
  /** The request as text. */
  encode(request: Request): string;
  /** Checks a request and performs it. Throws StoreError `malformed` where it is not one. */
  handle(store: Store, body: unknown): Promise<Answer>;
  /** Checks an answer. Throws StoreError `malformed` where it is not one. */
  decode(body: unknown): Answer;
}

/** What an operation is made of. */
export interface OperationParts<Request, Answer> {
  readonly size: CallSize;
  readonly request: z.ZodType<Request>;
  readonly answer: z.ZodType<Answer>;
  run(store: Store, request: Request): Promise<Answer>;
}

// An answer may be nothing at all, which JSON cannot say by itself.
const ENVELOPE = z.strictObject({ answer: z.unknown().optional() });

// A store that gives the same object again to the next who asks need not write it out again.
const texts = new WeakMap<object, string>();

/** The body of an answer. A frozen answer is one that the store may give again. */
export function answerText(answer: unknown): string {
  if (typeof answer !== "object" || answer === null || !Object.isFrozen(answer)) {
    return JSON.stringify({ answer });
  }
  const text = texts.get(answer) ?? JSON.stringify({ answer });
  texts.set(answer, text);
  return text;
}

/** Makes an operation whose messages are checked by whoever receives them. */
export function operation<Request, Answer>(
  name: string,
  { size, request, answer, run }: OperationParts<Request, Answer>,
): Operation<Request, Answer> {
  const act = `read the answer of ${name}`;
  return {
    name,
    octetsMax: size === "large" ? LARGE_OCTETS_MAX : SMALL_OCTETS_MAX,
    timeoutMs: size === "large" ? LARGE_CALL_MS : SMALL_CALL_MS,
    encode: (message) => JSON.stringify(message),
    handle: (store, body) => run(store, checked(request, body, `read the request ${name}`)),
    decode: (body) => checked(answer, checked(ENVELOPE, body, act).answer, act),
  };
}

function checked<Value>(schema: z.ZodType<Value>, body: unknown, act: string): Value {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
  const problem = `Cannot ${act} as it must follow the protocol: ${where}`;
  throw new StoreError({ code: "malformed", problem }, problem);
}
