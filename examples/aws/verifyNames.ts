// Compares what DNS answers with what the newest plan says, whole sets, for every endpoint, with a
// resolver that is not ours: c-ares, through node:dns.
import { Resolver } from "node:dns/promises";
import { setTimeout as wait } from "node:timers/promises";

/** One RRset that a plan wants an endpoint to answer. */
interface PlannedSet {
  readonly endpoint: string;
  readonly type: "A" | "AAAA";
  /** Sorted, canonical text. */
  readonly addresses: readonly string[];
}

/** What {@link verifyNames} found. */
export interface Verification {
  readonly generation: number;
  readonly endpoints: number;
  readonly sets: number;
  /** One line for each set that answered something else. */
  readonly wrong: readonly string[];
}

/** Questions under way at once, per resolver; several resolvers spread source ports. */
const RESOLVERS = 4;
const QUESTIONS_PER_RESOLVER = 16;
const PAGE_LIMIT = 1000;
/** A plan read in pages must not change meanwhile: tried again this often. */
const PLAN_READS_MAX = 20;

interface PlanPage {
  readonly generation: number;
  readonly entries: readonly {
    readonly kind: string;
    readonly endpoint: string;
    readonly rrsets?: readonly {
      readonly type: string;
      readonly records: readonly { readonly rdata: string }[];
    }[];
  }[];
  readonly next?: string;
}

/** Asks for every RRset of the newest plan at `server` (`address:port`), and compares. */
export async function verifyNames(apiUrl: string, server: string): Promise<Verification> {
  const { generation, endpoints, sets } = await plannedSets(apiUrl);
  const wrong: string[] = [];
  let next = 0;
  const ask = async (resolver: Resolver): Promise<void> => {
    for (;;) {
      const set = sets[next];
      next += 1;
      if (set === undefined) return;
      const problem = await compare(resolver, set);
      if (problem !== undefined) wrong.push(problem);
    }
  };
  const resolvers = Array.from({ length: RESOLVERS }, () => {
    const resolver = new Resolver({ timeout: 2000, tries: 3 });
    resolver.setServers([server]);
    return resolver;
  });
  await Promise.all(
    resolvers.flatMap((resolver) =>
      Array.from({ length: QUESTIONS_PER_RESOLVER }, () => ask(resolver)),
    ),
  );
  return { generation, endpoints, sets: sets.length, wrong };
}

async function plannedSets(
  apiUrl: string,
): Promise<{ generation: number; endpoints: number; sets: PlannedSet[] }> {
  for (let attempt = 0; attempt < PLAN_READS_MAX; attempt += 1) {
    const pages = await readPages(apiUrl);
    const [first] = pages;
    if (first !== undefined && pages.every((page) => page.generation === first.generation)) {
      const entries = pages.flatMap((page) => page.entries);
      return {
        generation: first.generation,
        endpoints: entries.length,
        sets: entries.flatMap(setsOf),
      };
    }
    await wait(500);
  }
  throw new Error("Cannot read the newest plan: it changed while it was read, again and again");
}

async function readPages(apiUrl: string): Promise<PlanPage[]> {
  const pages: PlanPage[] = [];
  let after = "";
  for (;;) {
    const from = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
    const response = await fetch(`${apiUrl}/v1/plans/newest?limit=${PAGE_LIMIT}${from}`);
    if (!response.ok) throw new Error(`Cannot read the plan: the API answered ${response.status}`);
    const page = (await response.json()) as PlanPage;
    pages.push(page);
    if (page.next === undefined) return pages;
    after = page.next;
  }
}

function setsOf(entry: PlanPage["entries"][number]): PlannedSet[] {
  return (entry.rrsets ?? []).flatMap(({ type, records }) => {
    if (type !== "A" && type !== "AAAA") return [];
    return { endpoint: entry.endpoint, type, addresses: records.map(({ rdata }) => rdata).sort() };
  });
}

async function compare(resolver: Resolver, set: PlannedSet): Promise<string | undefined> {
  const name = set.endpoint.replace(/\.$/, "");
  try {
    const found = await (set.type === "A" ? resolver.resolve4(name) : resolver.resolve6(name));
    const [answered, planned] = [found.sort().join(" "), set.addresses.join(" ")];
    if (answered === planned) return undefined;
    return `${name} ${set.type} answers ${answered}; the plan says ${planned}`;
  } catch (error) {
    return `${name} ${set.type} does not answer: ${(error as Error).message}`;
  }
}
