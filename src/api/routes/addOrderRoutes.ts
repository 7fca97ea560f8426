import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { type ApiContext, type ApiServer, answers, WANTS_TOKEN } from "../context.ts";
import type { EndpointFacts } from "../overview.ts";
import { EndpointName, LineText } from "../schemas/fields.ts";
import { OrderChanged } from "../schemas/orders.ts";
import { wantActor } from "../security/token.ts";
import { wantEndpoint } from "../wantEndpoint.ts";

/** One kind of order about an endpoint: how it is asked for, and how it is taken back. */
interface OrderRoutes<Body extends z.ZodType> {
  readonly kind: "override" | "retirement" | "revival";
  readonly ask: {
    readonly summary: string;
    readonly description: string;
    readonly operationId: string;
    readonly body: Body;
    run(
      context: ApiContext,
      facts: EndpointFacts,
      wish: z.output<Body>,
      actor: string,
    ): Promise<OrderChanged>;
  };
  readonly end: {
    readonly summary: string;
    readonly operationId: string;
    /** The reason where none is given. */
    readonly reason: string;
    run(
      context: ApiContext,
      facts: EndpointFacts,
      actor: string,
      reason: string,
    ): Promise<OrderChanged>;
  };
}

/** `PUT` and `DELETE /v1/endpoints/:name/<kind>`. */
export function addOrderRoutes<Body extends z.ZodType>(
  app: ApiServer,
  context: ApiContext,
  { kind, ask, end }: OrderRoutes<Body>,
): void {
  const path = `/v1/endpoints/:name/${kind}`;
  const common = { security: WANTS_TOKEN, tags: ["orders"], params: EndpointName };
  const response = answers(OrderChanged);
  const { summary, description, operationId, body } = ask;
  app.put(
    path,
    { schema: { summary, description, operationId, ...common, body, response } },
    async (request) => {
      const { actor, facts } = await asked(request, request.params, context);
      // Validated before: this tells the compiler, which cannot see through a body of any kind.
      return ask.run(context, facts, body.parse(request.body), actor);
    },
  );
  const querystring = z.object({ reason: LineText.default(end.reason) });
  app.delete(
    path,
    {
      schema: {
        ...{ summary: end.summary, operationId: end.operationId },
        ...{ ...common, querystring, response },
      },
    },
    async (request) => {
      const { actor, facts } = await asked(request, request.params, context);
      return end.run(context, facts, actor, request.query.reason);
    },
  );
}

async function asked(
  { headers }: { readonly headers: IncomingHttpHeaders },
  { name }: z.output<typeof EndpointName>,
  context: ApiContext,
): Promise<{ actor: string; facts: EndpointFacts }> {
  const actor = wantActor(headers["holdfast-actor"]);
  return { actor, facts: wantEndpoint(name, await context.overviews.current()) };
}
