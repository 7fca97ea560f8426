// The zone's RRsets as our own code has them; the same as the master file's.
import { utf8 } from "../../src/base/index.ts";
import { encodeTxt, makeRRset, nameOf, type RRset, RRType } from "../../src/dns/index.ts";
import { SEED_TEXT } from "../../src/plan/index.ts";
import {
  ADDRESS_STEP,
  APEX,
  addressCount,
  type BenchZone,
  FENCE_TTL_SECONDS,
  fenceTextAt,
  labelOf,
  TTL_SECONDS,
  weightsTextOf,
} from "./benchZone.ts";

/** Every RRset of a zone but those that its set-up writes: of the apex and its nameserver. */
export function* zoneRRsets(zone: BenchZone): Generator<RRset> {
  yield text(`_seed._holdfast.${APEX}`, SEED_TEXT);
  for (let index = 0; index < zone.names; index += 1) {
    const count = addressCount(zone, index);
    const endpoint = `${labelOf(index)}.${APEX}`;
    yield makeRRset(nameOf(endpoint), RRType.A, TTL_SECONDS, addressRdata(index, 0, count));
    if (zone.fences) yield text(`_holdfast.${endpoint}`, fenceTextAt(1));
    if (zone.weighted && count > 1) yield text(`_weights._holdfast.${endpoint}`, weightsTextOf());
  }
}

/** Addresses `first` .. of name number `index`, as RDATA. */
export function addressRdata(index: number, first: number, count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, position) => {
    const low = index * ADDRESS_STEP + ((first + position) % ADDRESS_STEP);
    return Uint8Array.of(10, (low >> 16) & 255, (low >> 8) & 255, low & 255);
  });
}

function text(owner: string, value: string): RRset {
  const rdata = [encodeTxt([utf8(value)])];
  return makeRRset(nameOf(owner), RRType.TXT, FENCE_TTL_SECONDS, rdata);
}
