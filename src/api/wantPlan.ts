import type { Plan } from "../plan/index.ts";
import { refusal } from "./apiError.ts";
import type { ApiContext } from "./context.ts";

/** The whole plan at a generation. Throws a refusal where there is none, or no longer. */
export async function wantPlan(
  { state }: Pick<ApiContext, "state">,
  generation: number | "newest",
): Promise<Plan> {
  if (generation === "newest") return state.plan();
  const plan = await state.planAt(generation);
  if (plan !== undefined) return plan;
  const newest = (await state.plan()).generation;
  const message = `Cannot find a plan of generation ${generation}: the newest is ${newest}`;
  const hint = generation > newest ? "see /v1/plans" : "old plans are cleaned up: see /v1/plans";
  throw refusal(404, "no-such-plan", message, hint);
}
