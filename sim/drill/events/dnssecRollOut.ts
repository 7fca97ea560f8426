import { type Message, nameOf, Rcode, RRType } from "../../../src/dns/index.ts";
import { encodeSigningOrder, signingOrderFile } from "../../../src/nameserver/index.ts";
import { claimOf, type Drill } from "../drill.ts";
import { LoneNameserver, NAME, ZONE } from "./loneNameserver.ts";
import { storyteller } from "./storyteller.ts";

const HOUR_MS = 3_600_000;
/** A DS that has left the parent is in no cache any more after two days. */
const DS_HOLD_HOURS = 48;
const WILDCARD = nameOf(`anything.apps.${ZONE}`);

/** 30 September 2021: a roll-out of DNSSEC that could not be backed out, for a day. */
export const DNSSEC_ROLL_OUT: Drill = {
  id: "dnssec-roll-out-2021-09-30",
  title: "Team chat, 30 September 2021",
  wentWrong: "DNSSEC was taken back while its DS was still cached; wildcards failed; 24 hours",
  safeguard: "signing is a machine of stages: it is taken away only once no cache holds the DS",
  verdict: "held",
  seed: 1,
  run: async (seed, options) => {
    const server = new LoneNameserver({ seed, dnssec: true });
    const tell = storyteller(server.clock, options.tell);
    await server.start();
    await server.close();
    await server.fill();
    await server.start();
    await server.clock.advance(4 * HOUR_MS);
    const signed = await looks(server);
    tell("nameserver", `signs ${ZONE}: ${signed.text}; people put the DS at the parent`);
    await server.wantDnssec(false);
    tell("people", "are in trouble, and switch DNSSEC off in one step, DS still at the parent");
    await server.clock.advance(HOUR_MS);
    const leaving = await looks(server);
    tell("nameserver", `stays signed: ${leaving.text}`, "good");
    const order = encodeSigningOrder({ zone: ZONE, act: "ds-gone", actor: "operator:ann" });
    await server.disk.replace(signingOrderFile("0123456789abcdef"), order);
    tell("people", "have had the DS deleted, and say so");
    await server.clock.advance((DS_HOLD_HOURS - 1) * HOUR_MS);
    const held = await looks(server);
    tell("nameserver", `${DS_HOLD_HOURS - 1} hours later: ${held.text}`, "good");
    await server.clock.advance(3 * HOUR_MS);
    const gone = await looks(server);
    tell("nameserver", `3 hours after that: ${gone.text}`);
    await server.close();
    const answered = [signed, leaving, held, gone];
    return {
      claims: [
        claimOf(
          "Switched off in one step, the zone stays signed while a DS may be cached",
          leaving.isSigned && held.isSigned,
          `after 1 h: ${leaving.text}; after ${DS_HOLD_HOURS} h: ${held.text}`,
        ),
        claimOf("Signatures go once no cache can hold the DS", !gone.isSigned, gone.text),
        claimOf(
          "Name and wildcard answer at every step",
          answered.every(({ answers }) => answers),
          `${answered.filter(({ answers }) => answers).length} of ${answered.length} times`,
        ),
      ],
      notHeldYet: [],
      detail: { signed, leaving, held, gone },
      page: undefined,
    };
  },
};

async function looks(server: LoneNameserver) {
  const name = await server.ask(NAME, RRType.A);
  const wildcard = await server.ask(WILDCARD, RRType.A);
  const answers = hasAddress(name) && hasAddress(wildcard);
  const isSigned = hasSignature(name) && hasSignature(wildcard);
  const text = `name and wildcard ${answers ? "answer" : "DO NOT ANSWER"}, ${
    isSigned ? "signed" : "unsigned"
  }`;
  return { answers, isSigned, text };
}

function hasAddress(reply: Message | undefined): boolean {
  const isGood = reply?.rcode === Rcode.NOERROR;
  return isGood && reply.answer.some(({ type }) => type === RRType.A);
}

function hasSignature(reply: Message | undefined): boolean {
  return reply?.answer.some(({ type }) => type === RRType.RRSIG) ?? false;
}
