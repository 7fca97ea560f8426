import type { ApiContext, ApiServer } from "../context.ts";
import { backupRoutes } from "./backupRoutes.ts";
import { endpointRoutes } from "./endpointRoutes.ts";
import { eventRoutes } from "./eventRoutes.ts";
import { metricsRoutes } from "./metricsRoutes.ts";
import { orderRoutes } from "./orderRoutes.ts";
import { planRoutes } from "./planRoutes.ts";
import { policyRoutes } from "./policyRoutes.ts";
import { statusRoutes } from "./statusRoutes.ts";
import { targetRoutes } from "./targetRoutes.ts";

/** Path of the description of all others. */
export const OPENAPI_PATH = "/openapi.json";

/** Everything that can be asked. */
export function addRoutes(app: ApiServer, context: ApiContext): void {
  statusRoutes(app, context);
  endpointRoutes(app, context);
  planRoutes(app, context);
  targetRoutes(app, context);
  orderRoutes(app, context);
  policyRoutes(app, context);
  eventRoutes(app, context);
  backupRoutes(app, context);
  metricsRoutes(app, context);
  app.get(OPENAPI_PATH, { schema: { hide: true } }, () => app.swagger());
}
