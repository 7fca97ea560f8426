import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { ProcessRow } from "../supervise/index.ts";
import type { ApiDeps, GateView } from "./apiDeps.ts";
import type { EventFeeds } from "./eventFeeds.ts";
import type { OverviewCache } from "./overview.ts";
import type { RegionState } from "./regionState.ts";
import { ErrorBody } from "./schemas/fields.ts";

/** The server that routes are added to: every message is validated by its zod schema. */
export type ApiServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes share. */
export interface ApiContext {
  readonly deps: ApiDeps;
  readonly state: RegionState;
  readonly overviews: OverviewCache;
  readonly feeds: EventFeeds;
  /** {@link ApiDeps.gates}, bounded in time and read at most once a second. */
  readonly gates: () => Promise<readonly GateView[]>;
  /** {@link ApiDeps.processes}, bounded in time; undefined where it cannot be asked. */
  readonly processes: () => Promise<readonly ProcessRow[] | undefined>;
}

/** The answers of a route: one success, and the body that every refusal has. */
export function answers<Body extends z.ZodType>(
  body: Body,
): { 200: Body; "4xx": typeof ErrorBody } {
  return { 200: body, "4xx": ErrorBody };
}

/** What the description of a route says that changes something; the guard sees to it itself. */
export const WANTS_TOKEN: { [scheme: string]: string[] }[] = [{ token: [] }];
