import {
  compareSerials,
  decodeSoa,
  encodeSoa,
  makeRRset,
  nextSerial,
  RRType,
} from "../../dns/index.ts";
import type { NameChange } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";

/** What must be written so that a zone's serial is above this one, and above its own. */
export function raisedSerial(view: ZoneView, above: number): readonly NameChange[] {
  const { apex } = view;
  const node = view.node(apex);
  const soa = rrsetOfType(node, RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  if (node === undefined || soa === undefined || rdata === undefined) return [];
  const held = decodeSoa(rdata);
  const isAbove = compareSerials(held.serial, above) === "greater";
  const serial = nextSerial(isAbove ? held.serial : above);
  const raised = makeRRset(apex, RRType.SOA, soa.ttlSeconds, [encodeSoa({ ...held, serial })]);
  const others = node.rrsets.filter(({ type }) => type !== RRType.SOA);
  return [{ name: apex, rrsets: [...others, raised] }];
}
