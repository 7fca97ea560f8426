import { RRType } from "../../../src/dns/index.ts";
import { claimOf, type Drill } from "../drill.ts";
import { LoneNameserver, NAME } from "./loneNameserver.ts";
import { storyteller } from "./storyteller.ts";
import { asksWhileCutOff } from "./writeRetries.ts";

/** What one network may ask of one name in a second; the default of a configuration. */
const RESPONSES_PER_SECOND = 100;
const SURGE = 3000;
const OTHERS = 50;
/** How long DNS is cut off from its enactors. */
const CUT_OFF_MINUTES = 10;

/** 1 April 2021: a surge of queries met a cache defect, and retries made it larger. */
export const QUERY_SURGE: Drill = {
  id: "query-surge-2021-04-01",
  title: "Cloud DNS, 1 April 2021",
  wentWrong: "a surge of queries met a cache defect, and retries amplified it",
  safeguard: "response rate limits per network; bounded, jittered back-off of every writer",
  verdict: "held in part",
  seed: 1,
  run: async (seed, options) => {
    const rateLimit = { responsesPerSecond: RESPONSES_PER_SECOND, slip: 2, exempt: [] };
    const server = new LoneNameserver({ seed, rateLimit });
    const tell = storyteller(server.clock, options.tell);
    await server.start();
    await server.close();
    await server.fill();
    await server.start();
    tell("surge", `${SURGE} questions about one name come from one network in one instant`);
    const surge = await askMany(server, SURGE, () => "198.51.100.7");
    const other = await askMany(server, OTHERS, (index) => `203.0.${index}.9`);
    tell("nameserver", `answers ${surge.whole} of the surge in full, "use TCP" to ${surge.short}`);
    tell("nameserver", `answers ${other.whole} of ${OTHERS} questions of other networks`, "good");
    await server.close();
    const asks = await asksWhileCutOff(seed, CUT_OFF_MINUTES);
    const rates = `${asks.first} questions in the first minute, ${asks.last} in the last one`;
    tell("enactors", `are cut off from DNS for ${CUT_OFF_MINUTES} minutes: ${rates}`);
    return {
      claims: [
        claimOf(
          "A surge from one network is answered in full only up to its limit",
          surge.whole <= RESPONSES_PER_SECOND + 1,
          `${surge.whole} of ${SURGE} in full, ${surge.short} short, the rest not at all`,
        ),
        claimOf(
          "Other networks are answered as ever meanwhile",
          other.whole === OTHERS,
          `${other.whole} of ${OTHERS} in full`,
        ),
        claimOf(
          "Writers that cannot reach DNS do not ask more and more",
          asks.last <= asks.first,
          rates,
        ),
      ],
      notHeldYet: ["Retries of other people's resolvers are theirs: the guard comes later."],
      detail: { surge, other, asks },
      page: undefined,
    };
  },
};

async function askMany(
  server: LoneNameserver,
  count: number,
  from: (index: number) => string,
): Promise<{ readonly whole: number; readonly short: number }> {
  let whole = 0;
  let short = 0;
  for (let index = 0; index < count; index += 1) {
    const reply = await server.ask(NAME, RRType.A, from(index));
    if (reply === undefined) continue;
    if (reply.tc) short += 1;
    else whole += 1;
  }
  return { whole, short };
}
