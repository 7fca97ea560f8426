import { decodeName, type Name, type RRset, RRType } from "../../dns/index.ts";
import { RECORD_HEAD_OCTETS } from "./arenaEncode.ts";
import {
  bodyOctets,
  firstRRset,
  NODE_CHILD_COUNT,
  NODE_CUT_COUNT,
  NODE_FENCE_COUNT,
  NODE_OWNER,
  nextRRset,
  type Octets,
  ownerOctets,
  RRSET_BODY,
  RRSET_TTL,
  rrsetCount,
  rrsetType,
  type Words,
  word,
} from "./arenaLayout.ts";
import { copyOf } from "./octetCopies.ts";
import { makeNode, type ZoneNode } from "./zoneNode.ts";

/** The memory of an arena. */
export interface ArenaMemory {
  readonly words: Words;
  readonly octets: Octets;
}

/** The owner of a node. */
export function decodeOwner({ words, octets }: ArenaMemory, node: number): Name {
  const start = (node + NODE_OWNER) * 4;
  return decodeName(copyOf(octets, start, ownerOctets(words, node)));
}

/** A node of the arena, whose owner is `name`, as an object of its own. */
export function decodeNode(memory: ArenaMemory, node: number, name: Name): ZoneNode {
  const { words } = memory;
  const counts = {
    childCount: word(words, node + NODE_CHILD_COUNT),
    fenceCount: word(words, node + NODE_FENCE_COUNT),
    cutCount: word(words, node + NODE_CUT_COUNT),
  };
  return makeNode(name, decodeRRsets(memory, node, name), counts);
}

/** What a node owns, in order of type code. */
function decodeRRsets(memory: ArenaMemory, node: number, name: Name): readonly RRset[] {
  const { words } = memory;
  const rrsets: RRset[] = [];
  let signatures = 0;
  let at = firstRRset(words, node);
  for (let left = rrsetCount(words, node); left > 0; left -= 1) {
    const rrset = decodeRRset(memory, at, name);
    if (rrset.type === RRType.RRSIG) signatures += 1;
    rrsets.push(rrset);
    at = nextRRset(words, at);
  }
  // In the arena, signatures stand behind everything.
  return signatures === 0 ? rrsets : rrsets.sort((left, right) => left.type - right.type);
}

function decodeRRset({ words, octets }: ArenaMemory, rrset: number, name: Name): RRset {
  const rdata: Uint8Array[] = [];
  let at = (rrset + RRSET_BODY) * 4;
  const end = at + bodyOctets(words, rrset);
  while (at < end) {
    const start = at + RECORD_HEAD_OCTETS;
    const length = ((octets[at + 10] ?? 0) << 8) | (octets[at + 11] ?? 0);
    at = start + length;
    rdata.push(copyOf(octets, start, length));
  }
  const ttlSeconds = word(words, rrset + RRSET_TTL);
  return { name, type: rrsetType(words, rrset), ttlSeconds, rdata };
}
