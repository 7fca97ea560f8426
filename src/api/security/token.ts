import { createHash, timingSafeEqual } from "node:crypto";
import { type ApiError, refusal } from "../apiError.ts";

const SCHEME = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** Whether a request carries the token: undefined, or why it may change nothing. */
export function judgeToken(
  authorization: string | undefined,
  token: string,
  tokenPath: string,
): ApiError | undefined {
  const offered = SCHEME.exec(authorization ?? "")?.[1];
  if (offered !== undefined && equalSecrets(offered, token)) return undefined;
  const what = offered === undefined ? "it carries none" : "it carries another";
  return refusal(
    401,
    "token-wanted",
    `Cannot change anything without the API token: ${what}`,
    `send "Authorization: Bearer <token>"; the token is in ${tokenPath}`,
  );
}

// Digests have one length and compare in constant time, whatever was offered.
function equalSecrets(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

const ACTOR = /^[a-z][a-z0-9-]{0,31}:[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Actor of a request that names none. */
export const ACTOR_UNKNOWN = "operator:unknown";

/** Who asks, by the `holdfast-actor` header. Throws a refusal where it is not an actor's name. */
export function wantActor(header: string | string[] | undefined): string {
  const read = readActor(header);
  if (typeof read === "string") return read;
  throw read;
}

/** Who asks, by the `holdfast-actor` header; a refusal where it is not an actor's name. */
export function readActor(header: string | string[] | undefined): string | ApiError {
  if (header === undefined) return ACTOR_UNKNOWN;
  if (typeof header === "string" && ACTOR.test(header)) return header;
  return refusal(
    400,
    "actor-malformed",
    "Cannot read the header holdfast-actor: it must be like operator:ann",
    "letters, digits, dots, dashes and underscores, at most 64 after the colon",
  );
}
