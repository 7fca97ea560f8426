// Starts the servers, asks them all the same, and sorts out what differs.
import { SeededChance } from "../../sim/seededChance.ts";
import { SILENT_LOG } from "../../src/base/index.ts";
import { encodeMessage, makeQuery, RRType } from "../../src/dns/index.ts";
import { NodeDnssecCrypto } from "../../src/net/index.ts";
import { openUdpThreads } from "../../src/roles/index.ts";
import { isSame, type Outcome, outcomeOf } from "./compare.ts";
import { unproved } from "./denial.ts";
import { askTcp, askUdp } from "./exchange.ts";
import { EXPLANATIONS, type Explanation, type PeerName } from "./explained.ts";
import { SIGNED_EXPLANATIONS } from "./explainedSigned.ts";
import { type Asked, Questions } from "./questions.ts";
import {
  type RunningServer,
  startKnot,
  startNsd,
  startOurs,
  type ZoneSource,
  zoneTexts,
} from "./servers.ts";
import { allZones, CORNERS, UNSIGNED } from "./zones.ts";

/** What a comparison came to. */
export interface Comparison {
  readonly asked: number;
  /** How often each explanation was needed, also never. */
  readonly explained: ReadonlyMap<string, number>;
  /** What of the differences none explains. */
  readonly unexplained: readonly Difference[];
  /** Denials of ours that a validator would not believe, with what is missing. */
  readonly unproved: readonly string[];
}

/** One question that two servers answered differently. */
export interface Difference {
  readonly asked: Asked;
  readonly peer: PeerName;
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

const RANDOM_ZONES = 12;
/** Every so many questions go over TCP besides. */
const TCP_SHARE = 10;
const BATCH = 5000;
/** A question that every server answers. */
const CANARY = encodeMessage(makeQuery(0, CORNERS.apex, RRType.SOA));

/** How servers are compared. */
export interface ComparisonPlan {
  readonly questions: number;
  readonly seed: number;
  /** Threads that answer UDP for us; 0: the main thread does. */
  readonly threads: number;
  /** We sign the zones, and the others have them from us by AXFR. */
  readonly isSigned?: boolean;
}

/** Asks our nameserver, NSD and Knot the same questions. */
export async function compareServers(plan: ComparisonPlan): Promise<Comparison> {
  const { questions, seed, isSigned = false } = plan;
  const zones = allZones(seed, RANDOM_ZONES);
  const servers: RunningServer[] = [];
  try {
    const ours = await startOurs(zones, {
      threads: await openUdpThreads(plan.threads, SILENT_LOG),
      ...(isSigned ? { dnssecCrypto: new NodeDnssecCrypto() } : {}),
    });
    servers.push(ours);
    const apexes = zones.map(({ apex }) => apex);
    const source: ZoneSource = isSigned
      ? { kind: "primary", port: ours.port, apexes }
      : { kind: "files", texts: await zoneTexts(ours, zones) };
    const nsd = await startNsd(source);
    servers.push(nsd);
    const knot = await startKnot(source);
    servers.push(knot);
    const chance = new SeededChance(seed).fork("questions");
    const drawn = new Questions(zones, chance, isSigned);
    const sorting = new Sorting(isSigned);
    for (let asked = 0; asked < questions; asked += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, questions - asked) }, () => drawn.next());
      await compareBatch(sorting, batch, { ours, nsd, knot });
    }
    const { explained, unexplained, unproved } = sorting;
    return { asked: questions, explained, unexplained, unproved };
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

type Servers = Readonly<Record<"ours" | PeerName, RunningServer>>;

async function compareBatch(
  sorting: Sorting,
  batch: readonly Asked[],
  servers: Servers,
): Promise<void> {
  const messages = batch.map(({ bytes }) => bytes);
  const overUdp = ({ port }: RunningServer) => askUdp(port, messages, CANARY);
  const ours = await overUdp(servers.ours);
  const nsd = await overUdp(servers.nsd);
  const knot = await overUdp(servers.knot);
  for (const [index, asked] of batch.entries()) {
    const own = outcomeOf(asked, ours[index]);
    sorting.check(asked, own);
    sorting.compare(asked, "nsd", own, outcomeOf(asked, nsd[index]));
    sorting.compare(asked, "knot", own, outcomeOf(asked, knot[index]));
  }
  // Over TCP nothing is cut, and what one server drops would hold up the connection.
  const plain = batch.filter(
    ({ oddity }, index) => oddity === undefined && index % TCP_SHARE === 0,
  );
  const overTcp = ({ port }: RunningServer) =>
    askTcp(
      port,
      plain.map(({ bytes }) => bytes),
    );
  const ownTcp = await overTcp(servers.ours);
  const nsdTcp = await overTcp(servers.nsd);
  const knotTcp = await overTcp(servers.knot);
  for (const [index, asked] of plain.entries()) {
    const own = outcomeOf(asked, ownTcp[index]);
    sorting.check(asked, own);
    sorting.compare(asked, "nsd", own, outcomeOf(asked, nsdTcp[index]));
    sorting.compare(asked, "knot", own, outcomeOf(asked, knotTcp[index]));
  }
}

/** Differences, explained or not. */
class Sorting {
  readonly explained: Map<string, number>;
  readonly unexplained: Difference[] = [];
  readonly unproved: string[] = [];
  readonly #explanations: readonly Explanation[];
  readonly #isSigned: boolean;

  constructor(isSigned: boolean) {
    this.#isSigned = isSigned;
    this.#explanations = isSigned ? SIGNED_EXPLANATIONS : EXPLANATIONS;
    this.explained = new Map(this.#explanations.map(({ why }) => [why, 0]));
  }

  /** Looks at an answer of ours by itself, as a validator does. */
  check(asked: Asked, ours: Outcome): void {
    if (!this.#isSigned || !asked.dnssecOk || ours.kind !== "seen") return;
    const isUnsigned = ours.seen.authority.some((line) => line.startsWith(`${UNSIGNED.apex} `));
    const missing = isUnsigned ? undefined : unproved(asked, ours.seen);
    if (missing !== undefined) this.unproved.push(`${missing}: ${JSON.stringify(ours.seen)}`);
  }

  compare(asked: Asked, peer: PeerName, ours: Outcome, theirs: Outcome): void {
    if (isSame(ours, theirs)) return;
    let left = { ours, theirs };
    const used: string[] = [];
    for (const explanation of this.#explanations) {
      if (!explanation.peers.includes(peer)) continue;
      const settled = explanation.settle(asked, left);
      if (settled === undefined) continue;
      used.push(explanation.why);
      left = settled;
      if (isSame(left.ours, left.theirs)) break;
    }
    if (isSame(left.ours, left.theirs)) {
      for (const why of used) this.explained.set(why, (this.explained.get(why) ?? 0) + 1);
      return;
    }
    this.unexplained.push({ asked, peer, ours: left.ours, theirs: left.theirs });
  }
}
