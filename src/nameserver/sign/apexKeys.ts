import { assertNever } from "../../base/index.ts";
import {
  CDNSKEY_DELETE,
  CDS_DELETE,
  dsRdata,
  makeRRset,
  type RRset,
  RRType,
} from "../../dns/index.ts";
import { KEY_TTL_SECONDS } from "./limits.ts";
import { activeKey, type HeldKey, nextKey, type ZoneSigning } from "./zoneSigning.ts";

/** DNSKEY, CDS and CDNSKEY of a zone's apex, as its stage wants them. */
export function keyRRsets(signing: ZoneSigning): readonly RRset[] {
  const { zone, keys } = signing;
  if (keys.length === 0) return [];
  const rrset = (type: number, rdata: readonly Uint8Array[]): RRset =>
    makeRRset(zone, type, KEY_TTL_SECONDS, rdata);
  const dnskeys = rrset(
    RRType.DNSKEY,
    keys.map(({ dnskey }) => dnskey),
  );
  const wish = parentsWish(signing);
  if (wish === "nothing") return [dnskeys];
  const isDeletion = wish === "deletion";
  const cds = isDeletion ? CDS_DELETE : dsRdata(zone, wish.dnskey);
  const cdnskey = isDeletion ? CDNSKEY_DELETE : wish.dnskey;
  return [dnskeys, rrset(RRType.CDS, [cds]), rrset(RRType.CDNSKEY, [cdnskey])];
}

/**
 * What CDS and CDNSKEY ask of the parent (RFC 7344, RFC 8078): the DS of a key, all of them
 * deleted, or nothing yet.
 */
export function parentsWish(signing: ZoneSigning): HeldKey | "deletion" | "nothing" {
  const { stage } = signing;
  switch (stage) {
    case "signing":
    case "settling":
    case "unsigning":
      return "nothing";
    case "signed":
    case "roll-publish":
    case "roll-resign":
    case "roll-retire":
      return activeKey(signing) ?? "nothing";
    case "roll-ds":
    case "roll-hold":
      return nextKey(signing) ?? "nothing";
    case "leaving":
    case "leaving-hold":
      return "deletion";
    default:
      return assertNever(stage);
  }
}
