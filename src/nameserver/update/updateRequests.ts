import { errorText, type Log } from "../../base/index.ts";
import {
  ExtendedErrorCode,
  type Message,
  makeResponse,
  type ParsedUpdate,
  parseUpdate,
  Rcode,
  type Update,
} from "../../dns/index.ts";
import { withError } from "../answer/answer.ts";
import type { Handled } from "../handled.ts";
import { type Encoding, encodeReply, type ReplyParts, replied } from "../reply.ts";
import type { UpdateTerms } from "./evaluateUpdate.ts";
import type { UpdateRights } from "./scopes.ts";
import type { UpdateOutcome } from "./updateOutcome.ts";

/** Parts and ports that UPDATE messages need. */
export interface UpdateParts extends ReplyParts {
  /** Never rejects. */
  readonly update: (update: Update, terms: UpdateTerms) => Promise<UpdateOutcome>;
  readonly log: Log;
}

/** Handles an UPDATE message of `octets` octets; `rights`: of the key that signed it, if any. */
export function handleUpdate(
  parts: UpdateParts,
  message: Message,
  octets: number,
  rights: UpdateRights | undefined,
  encoding: Encoding,
): Handled {
  const { signature } = encoding;
  if (signature === undefined || rights === undefined) {
    const outcome = { rcode: Rcode.REFUSED, problem: "Cannot update as it must be signed (TSIG)" };
    return replied(parts, updateResponse(parts, message, outcome), encoding);
  }
  const parsed = parseUpdate(message);
  const by = signature.key.name;
  const reply = ask(parts, parsed, { rights, octets }).then((outcome) => {
    const { rule, problem } = outcome;
    if (rule !== undefined) parts.log.warn("update refused", { by, rule, problem });
    return encodeReply(parts, updateResponse(parts, message, outcome), encoding);
  });
  const failed = (error: unknown) => {
    parts.log.error("cannot answer a message", { problem: errorText(error) });
    const { transport } = encoding;
    return encodeReply(parts, makeResponse(message, Rcode.SERVFAIL), { transport });
  };
  return { kind: "updating", reply: reply.catch(failed) };
}

/** What is wrong in the middle is answered after what stands before it. */
function ask(parts: UpdateParts, parsed: ParsedUpdate, terms: UpdateTerms): Promise<UpdateOutcome> {
  if (parsed.kind === "update") return parts.update(parsed.update, terms);
  const { rcode, problem, before } = parsed;
  if (before === undefined) return Promise.resolve({ rcode, problem });
  return parts.update(before, { ...terms, fault: { rcode, problem } });
}

function updateResponse(parts: UpdateParts, request: Message, outcome: UpdateOutcome): Message {
  parts.counters.update(outcome);
  const response = makeResponse(request, outcome.rcode);
  if (outcome.problem === undefined) return response;
  const isForbidden = outcome.rcode === Rcode.REFUSED;
  const code = isForbidden ? ExtendedErrorCode.PROHIBITED : ExtendedErrorCode.OTHER;
  return withError(response, code, outcome.problem);
}
