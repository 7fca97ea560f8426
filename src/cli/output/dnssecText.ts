import { dsRdata, type Name, RRType, rdataText } from "../../dns/index.ts";
import type { SigningStage, ZoneSigning } from "../../nameserver/index.ts";
import { parentsWish, stageEndsSeconds } from "../../nameserver/index.ts";
import { tableText } from "./table.ts";
import { momentText } from "./time.ts";

/** What goes on in a stage, and what a person has to do, if anything. */
const STAGE_TEXT: Readonly<Record<SigningStage, string>> = {
  signing: "every name is being signed",
  settling: "signed; what was cached unsigned runs out",
  signed: "signed: the parent may hold the DS",
  "roll-publish": "the second key reaches every cache",
  "roll-ds": "give the parent the new DS, then: roll --ds-seen",
  "roll-hold": "the old DS runs out of caches",
  "roll-resign": "every name is being signed with the new key",
  "roll-retire": "signatures of the old key run out of caches",
  leaving: "have the parent delete the DS, then: off --ds-gone",
  "leaving-hold": "the DS runs out of caches",
  unsigning: "signatures are being taken away",
};

/** A table of the zones that are signed. */
export function signingTable(zones: readonly ZoneSigning[]): string {
  const rows = zones.map((signing) => {
    const keys = signing.keys.map(({ tag, role }) => `${tag} (${role})`).join(", ");
    const ends = stageEndsSeconds(signing);
    const until = ends === undefined ? "-" : momentText(ends * 1000);
    return [signing.zone, signing.stage, keys, until, STAGE_TEXT[signing.stage]];
  });
  return tableText(["ZONE", "STAGE", "KEYS", "UNTIL", "WHAT GOES ON"], rows);
}

/** The DS that the parent should hold, or why there is none to give. */
export function dsLine(signing: ZoneSigning): { readonly ds?: string; readonly text: string } {
  const { zone, stage } = signing;
  const wish = parentsWish(signing);
  if (wish === "deletion") {
    return { text: `Zone ${zone} is to be signed no more: the parent should hold no DS.` };
  }
  if (wish === "nothing") {
    const ends = stageEndsSeconds(signing);
    const when = ends === undefined ? "" : ` It is ready at ${momentText(ends * 1000)}.`;
    return { text: `No DS of zone ${zone} may be at the parent yet: it is ${stage}.${when}` };
  }
  const rdata = rdataText(RRType.DS, dsRdata(zone, wish.dnskey));
  return { ds: `${zone} 3600 IN DS ${rdata}`, text: hint(zone, signing) };
}

function hint(zone: Name, { stage }: ZoneSigning): string {
  if (stage !== "roll-ds") return "The zone publishes the same as CDS and CDNSKEY.";
  return `Once the parent shows it in place of the old one: holdfast dnssec roll ${zone} --ds-seen`;
}
