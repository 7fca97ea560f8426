import { z } from "zod";
import type { EventKind } from "../../journal/index.ts";
import { Millis } from "./fields.ts";

/** One event in its place in the journal. */
export const EventView = z
  .object({
    seq: z.number().int().min(1),
    atMs: Millis,
    // Kinds are added with every release: a client must not choke on one it does not know.
    kind: z.custom<EventKind>((value) => typeof value === "string" && /^[a-z-]{1,64}$/.test(value)),
    actor: z.string(),
    subject: z.string(),
    text: z.string(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    previousDigest: z.string(),
    digest: z.string(),
  })
  .meta({ id: "Event", description: "One event in its place in the journal" });
export type EventView = z.output<typeof EventView>;

/** A page of the journal, oldest first. */
export const JournalPage = z.object({
  events: z.array(EventView),
  next: z.number().int().optional().meta({ description: "`after` of the next page" }),
});
export type JournalPage = z.output<typeof JournalPage>;

/** What a backup wrote. */
export const BackupView = z.object({ path: z.string(), octets: z.number().int() });
export type BackupView = z.output<typeof BackupView>;
