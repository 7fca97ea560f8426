import type { PlannedContent } from "../../plan/index.ts";

/** One line for each record of a content: `A 192.0.2.1 (30 s)`. */
export function contentLines({ rrsets }: PlannedContent): readonly string[] {
  return rrsets.flatMap(({ type, ttlSeconds, records }) => {
    return records.map(({ rdata }) => `${type} ${rdata} (TTL ${ttlSeconds} s)`);
  });
}
