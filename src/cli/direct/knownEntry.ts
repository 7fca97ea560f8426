import { ApiError, type EntryView } from "../../api/index.ts";
import type { Name } from "../../dns/index.ts";
import type { NonEmpty, PlannedContent } from "../../plan/index.ts";
import type { CliIo } from "../io.ts";
import { clientOf, type Region } from "../region.ts";

/** What the newest plan says of a name, as far as anybody could be asked. */
export type KnownEntry =
  | { readonly kind: "serving"; readonly entry: ServingView; readonly content: PlannedContent }
  | { readonly kind: "tombstone"; readonly entry: TombstoneView }
  /** The plan knows no such endpoint. */
  | { readonly kind: "none" }
  /** Nobody answers for the plan: a person's act must do without. */
  | { readonly kind: "unknown"; readonly problem: string };

type ServingView = Extract<EntryView, { readonly kind: "serving" }>;
type TombstoneView = Extract<EntryView, { readonly kind: "tombstone" }>;

/** Asks the API for a name's entry; everything that asks must go on without an answer. */
export async function knownEntry(region: Region, io: CliIo, endpoint: Name): Promise<KnownEntry> {
  const api = clientOf(region, io);
  try {
    const { entry } = await api.endpoint(endpoint);
    if (entry === undefined) return { kind: "none" };
    if (entry.kind === "tombstone") return { kind: "tombstone", entry };
    const content = contentOfView(entry);
    if (content !== undefined) return { kind: "serving", entry, content };
    return { kind: "unknown", problem: "the API gave an entry without records" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isNone = error.fault.code === "api-refused" && error.fault.status === 404;
    return isNone ? { kind: "none" } : { kind: "unknown", problem: error.message };
  } finally {
    await api.close();
  }
}

function contentOfView({ answers, rrsets }: ServingView): PlannedContent | undefined {
  const planned = rrsets.flatMap(({ type, ttlSeconds, records }) => {
    const some = nonEmpty(records);
    return some === undefined ? [] : [{ type, ttlSeconds, records: some }];
  });
  const all = nonEmpty(planned);
  return all === undefined ? undefined : { answers, rrsets: all };
}

function nonEmpty<Item>(items: readonly Item[]): NonEmpty<Item> | undefined {
  const [first, ...rest] = items;
  return first === undefined ? undefined : [first, ...rest];
}
