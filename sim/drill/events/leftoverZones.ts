import { extendedErrors, Rcode, RRType, rcodeText } from "../../../src/dns/index.ts";
import { claimOf, type Drill } from "../drill.ts";
import { LoneNameserver, NAME } from "./loneNameserver.ts";
import { storyteller } from "./storyteller.ts";

/** 2 May 2019: a nameserver was delegated to while it held leftover empty zones. */
export const LEFTOVER_ZONES: Drill = {
  id: "leftover-zones-2019-05-02",
  title: "Cloud provider, 2 May 2019",
  wentWrong: "a nameserver that was delegated to held leftover empty zones; denials were cached",
  safeguard: "the seed mark: a nameserver never speaks of what it does not know",
  verdict: "held in part",
  seed: 1,
  run: async (seed, options) => {
    const server = new LoneNameserver({ seed });
    const tell = storyteller(server.clock, options.tell);
    await server.start();
    tell("nameserver", "starts with an empty zone on its disk, and resolvers are sent to it");
    const empty = await server.ask(NAME, RRType.A);
    const why = empty === undefined ? undefined : extendedErrors(empty)[0];
    const rcode = empty === undefined ? "nothing" : rcodeText(empty.rcode);
    tell(
      "nameserver",
      `is asked for ${NAME}: ${rcode}, extended error ${why?.code ?? "none"}`,
      "good",
    );
    await server.close();
    await server.fill();
    await server.start();
    tell("nameserver", "is filled: every endpoint of the zone is in place, then the seed mark");
    const filled = await server.ask(NAME, RRType.A);
    const answers = filled?.answer.filter(({ type }) => type === RRType.A).length ?? 0;
    tell("nameserver", `is asked for ${NAME}: ${answers} address`, "good");
    await server.close();
    return {
      claims: [
        claimOf(
          "An empty zone is never told as a denial, so nothing empty is cached",
          empty?.rcode === Rcode.SERVFAIL && why?.code === 14,
          `${rcode} with extended error ${why?.code ?? "none"}; resolvers ask the next server`,
        ),
        claimOf(
          "Once the zone is filled and marked, it answers",
          filled?.rcode === Rcode.NOERROR && answers === 1,
          `${filled === undefined ? "nothing" : rcodeText(filled.rcode)}, ${answers} address`,
        ),
      ],
      notHeldYet: ["Nothing asks a nameserver for its zones before it is delegated to."],
      detail: { rcode, extendedError: why?.code, answers },
      page: undefined,
    };
  },
};
