import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { CodedError, errorText, type Log } from "../base/index.ts";
import { ApiError } from "./apiError.ts";

/** An error as a client sees it. */
interface ErrorAnswer {
  readonly status: number;
  readonly body: { error: { code: string; message: string; hint?: string } };
}

/** What a client is told of an error: never a stack, and of a bug only that there is one. */
function answerFor(error: FastifyError | Error): ErrorAnswer {
  if (error instanceof ApiError && error.fault.code === "api-refused") {
    const { status, reason, hint } = error.fault;
    return answer(status, reason, error.message, hint);
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map((one) => `${one.instancePath || "/"} ${one.message}`);
    return answer(400, "malformed-request", `Cannot read the request: ${problems.join("; ")}`);
  }
  if (error instanceof CodedError && codeOf(error) === "refused") {
    return answer(409, "refused", errorText(error));
  }
  // What the plan store says, by its code: every other one of them means "not now".
  if (error instanceof CodedError) return answer(503, codeOf(error), errorText(error), "try again");
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500) return answer(status, "bad-request", error.message);
  return answer(500, "internal", "Cannot answer: a fault of the API itself; see its log");
}

function codeOf(error: CodedError<{ readonly code: string }>): string {
  return error.fault.code;
}

function answer(status: number, code: string, message: string, hint?: string): ErrorAnswer {
  const error = { code, message, ...(hint === undefined ? {} : { hint }) };
  return { status, body: { error } };
}

/** Sends what `answerFor` says, and logs what is our own fault. */
export function sendError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const { status, body } = answerFor(error);
  if (status >= 500) {
    const problem = errorText(error);
    log.error("request failed", {
      method: request.method,
      path: request.routeOptions.url,
      problem,
    });
  }
  // Errors have their own shape: the success schema of the route must not be held against them.
  return reply
    .code(status)
    .type("application/json; charset=utf-8")
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body);
}
