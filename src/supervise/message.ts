import { z } from "zod";
import type { Role } from "./machine/index.ts";

/** The roles, by name. */
export const roleSchema = z.enum([
  "nameserver",
  "store",
  "planner",
  "prober",
  "enactor",
  "demo",
]) satisfies z.ZodType<Role>;

/** How often a role reports to its supervisor, in milliseconds. */
export const REPORT_EVERY_MS = 1_000;

const count = z.number().int().nonnegative();

/** What a role says of itself. */
export const roleReportSchema = z.object({
  kind: z.literal("report"),
  /** It does its work: it listens, serves, watches. */
  ready: z.boolean(),
  /** Nothing that it knows of is outstanding. */
  settled: z.boolean(),
  /** Of its own work, for a line of progress. */
  progress: z.object({ done: count, total: count }).optional(),
  /** The room's own report, as JSON: shown to people and programs as it is. */
  report: z.unknown(),
});

/** What a role says of itself, once a second, over the channel to its supervisor. */
export type RoleReport = z.infer<typeof roleReportSchema>;

/** What a supervisor tells a role. To end, it sends SIGTERM instead. */
export const roleOrderSchema = z.object({
  kind: z.literal("reload"),
  /** Who asked for it. */
  actor: z.string(),
});

/** The accepted settings have changed: read them again. */
export type RoleOrder = z.infer<typeof roleOrderSchema>;
