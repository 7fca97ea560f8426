import { z } from "zod";
import { refusal } from "../apiError.ts";
import { type ApiContext, type ApiServer, answers } from "../context.ts";
import { Millis } from "../schemas/fields.ts";

const PolicyView = z
  .object({
    revision: z.number().int(),
    actor: z.string(),
    acceptedAtMs: Millis,
    policy: z.record(z.string(), z.unknown()).meta({ description: "As accepted" }),
  })
  .meta({ id: "PolicyRevision", description: "What people want of the region, as accepted" });

/** The configuration as it was accepted. */
export function policyRoutes(app: ApiServer, context: ApiContext): void {
  app.get(
    "/v1/policy",
    {
      schema: {
        ...{ summary: "The accepted configuration", operationId: "readPolicy" },
        tags: ["region"],
        response: answers(PolicyView),
      },
    },
    async () => {
      const held = await context.state.policy();
      if (held === undefined) {
        throw refusal(404, "no-policy", "Cannot show the policy: none has been accepted yet");
      }
      const { revision, actor, acceptedAtMs, policy } = held;
      return { revision, actor, acceptedAtMs, policy: { ...policy } };
    },
  );
}
