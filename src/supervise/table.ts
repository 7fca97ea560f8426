import { z } from "zod";

/** What the supervisor tells of one process. */
const processRowSchema = z.object({
  /** Human-readable and stable, such as `enactor-az1`. */
  id: z.string(),
  role: z.string(),
  /** Absent while there is no such process. */
  pid: z.number().int().optional(),
  /** waiting, starting, running, silent, stopped, backing-off, ending or ended. */
  state: z.string(),
  /** Wall clock when the state began. */
  sinceMs: z.number(),
  /** Times it was started again since the supervisor began. */
  restarts: z.number().int(),
  /** How old the newest report is; absent before the first. */
  reportAgeMs: z.number().optional(),
  /** What the role said of itself, absent before the first; its shape is the role's. */
  report: z.unknown().optional(),
});

/** The processes of one instance. */
export const processTableSchema = z.object({
  region: z.string(),
  /** The supervisor itself. */
  pid: z.number().int(),
  sinceMs: z.number(),
  /** What a reload reads; absent where the accepted settings were started from. */
  configFile: z.string().optional(),
  processes: z.array(processRowSchema),
});

/** What the supervisor tells of one process. */
export type ProcessRow = z.infer<typeof processRowSchema>;
/** The processes of one instance. */
export type ProcessTable = z.infer<typeof processTableSchema>;

const findingSchema = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  path: z.string(),
  problem: z.string(),
  allowed: z.string().optional(),
});

/** What became of a request to read the configuration again. */
export const reloadOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("accepted"),
    /** Nothing differed from what was accepted before. */
    unchanged: z.boolean(),
    warnings: z.array(findingSchema),
    /** Ids of processes that begin anew for it. */
    restarted: z.array(z.string()),
  }),
  z.object({ kind: z.literal("broken"), findings: z.array(findingSchema) }),
  /** It cannot be taken up while running; nothing was changed. */
  z.object({ kind: z.literal("refused"), problem: z.string() }),
]);

/** What became of a request to read the configuration again. Only `accepted` changed anything. */
export type ReloadOutcome = z.infer<typeof reloadOutcomeSchema>;
