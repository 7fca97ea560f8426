import { z } from "zod";
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from "../limits.ts";

/** The body of every answer that is not a success. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string().meta({ description: "For programs: kebab-case, stable" }),
      message: z.string().meta({ description: "For people: what cannot be done, and why" }),
      hint: z.string().optional().meta({ description: "What to do about it" }),
    }),
  })
  .meta({ id: "Error", description: "Why a request was not served" });

/** Wall clock: milliseconds since 1970-01-01T00:00:00Z. */
export const Millis = z.number().meta({ description: "Milliseconds since the Unix epoch" });

/** Position of a plan in the region's line. */
export const GenerationNumber = z.number().int().min(0);

/** How many rows a page may have. */
export const Limit = z.coerce.number().int().min(1).max(PAGE_ROWS_MAX).default(PAGE_ROWS_DEFAULT);

/** What was changed, for requests that change something. */
export const Changed = z
  .object({ changed: z.boolean(), message: z.string() })
  .meta({ id: "Changed", description: "What became of a change" });
export type Changed = z.output<typeof Changed>;

/** One line for people. */
export const LineText = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u);

/** Which endpoint a path is about. */
export const EndpointName = z.object({
  name: z.string().meta({ description: "With or without the last dot; short where unique" }),
});
