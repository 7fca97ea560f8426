import { type Name, parentOf, type RRset, RRType } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import type { Weights } from "../../plan/index.ts";
import type { Arena } from "./arena.ts";
import { nodeSize, writeNode } from "./arenaEncode.ts";
import {
  NODE_APEX,
  NODE_CNAME,
  NODE_CUT,
  NODE_DNAME,
  NODE_GONE,
  NODE_HAS_RRSIG,
  NODE_SIZE,
  NODE_WILDCARD_CHILD,
  NODE_ZONE_FLAGS,
  nodeFlags,
  rrsetCount,
  word,
} from "./arenaLayout.ts";
import type { ArenaTransaction } from "./arenaTransaction.ts";
import type { ZoneDraft } from "./zoneDraft.ts";
import { EMPTY_NODE, rrsetOfType, WEIGHTS_PREFIX, type ZoneNode } from "./zoneNode.ts";
import { weightsNode, type ZoneView } from "./zoneView.ts";

const key = new NameKey();

/** What a draft did to the names of a zone. */
export interface WrittenNames {
  /** Nodes of names that own records now, and did not: the newest of each name. */
  readonly appeared: readonly number[];
  /** Of names that owned records, and do not any more. */
  readonly vanished: readonly number[];
  readonly nodeCount: number;
  readonly wildcardCount: number;
  /** The new apex node; 0 where it has not changed. */
  readonly apexNode: number;
  /** Names whose nodes are others now. */
  readonly names: readonly Name[];
}

/** Writes the nodes of one zone's draft into a transaction. */
export class ZoneWriter {
  readonly #transaction: ArenaTransaction;
  readonly #arena: Arena;
  readonly #zone: number;
  readonly #view: ZoneView;
  // By name: whether its wildcard child exists after the draft. Of names where that changed.
  readonly #wildcardParents = new Map<Name, boolean>();
  readonly #appeared: number[] = [];
  readonly #vanished: number[] = [];
  readonly #names: Name[] = [];
  #nodeCount = 0;
  #wildcardCount = 0;
  #apexNode = 0;

  constructor(transaction: ArenaTransaction, zone: number, view: ZoneView) {
    this.#transaction = transaction;
    this.#arena = transaction.arena;
    this.#zone = zone;
    this.#view = view;
  }

  /** What was written: counts are differences. Undefined: the arena is full. */
  write(draft: ZoneDraft): WrittenNames | undefined {
    const changed = new Map(draft.nodes());
    for (const [name, node] of [...changed]) {
      if (isWildcard(name)) {
        this.#wildcardParents.set(parentOf(name) ?? name, node !== undefined);
      }
      const endpoint = endpointOfWeights(name);
      // The endpoint's own node says how its addresses are chosen.
      if (endpoint !== undefined && !changed.has(endpoint)) {
        changed.set(endpoint, this.#view.node(endpoint));
      }
    }
    for (const [name, node] of changed) {
      if (!this.#write(name, node)) return undefined;
    }
    return {
      appeared: this.#appeared,
      vanished: this.#vanished,
      nodeCount: this.#nodeCount,
      wildcardCount: this.#wildcardCount,
      apexNode: this.#apexNode,
      names: this.#names,
    };
  }

  /** Says whether there was room. */
  #write(name: Name, node: ZoneNode | undefined): boolean {
    const { words, table } = this.#arena;
    if (!key.set(name)) return true; // too long to exist
    const slot = table.find(key, this.#zone);
    const old = slot < 0 ? 0 : table.nodeIn(slot);
    const existed = old !== 0 && (nodeFlags(words, old) & NODE_GONE) === 0;
    if (node === undefined && !existed) return true;
    const written = this.#encode(name, node, existed ? old : 0);
    if (written === 0) return false;
    if (existed && sameNode(words, old, written)) {
      this.#transaction.dropLast();
      return true;
    }
    const owned = existed && rrsetCount(words, old) > 0;
    if (this.#transaction.link(slot, written) < 0) return false;
    const owns = rrsetCount(words, written) > 0;
    if (owns && !owned) this.#appeared.push(written);
    if (owned && !owns) this.#vanished.push(written);
    this.#nodeCount += Number(node !== undefined) - Number(existed);
    if (isWildcard(name)) this.#wildcardCount += Number(node !== undefined) - Number(existed);
    if (name === this.#view.apex) this.#apexNode = written;
    this.#names.push(name);
    return true;
  }

  #encode(name: Name, node: ZoneNode | undefined, old: number): number {
    const content = {
      zone: this.#zone,
      node: node ?? EMPTY_NODE,
      flags: node === undefined ? NODE_GONE : this.#flagsOf(name, node, old),
      weights: node === undefined ? undefined : this.#weightsOf(name, node),
    };
    const block = this.#transaction.allocate(nodeSize(key, content));
    if (block === 0) return 0;
    writeNode(this.#arena.words, this.#arena.octets, block, key, content);
    return block;
  }

  #flagsOf(name: Name, node: ZoneNode, old: number): number {
    const flags = contentFlags(node.rrsets, name === this.#view.apex);
    const had = old !== 0 && (nodeFlags(this.#arena.words, old) & NODE_WILDCARD_CHILD) !== 0;
    const has = this.#wildcardParents.get(name) ?? had;
    return has ? flags | NODE_WILDCARD_CHILD : flags;
  }

  #weightsOf(name: Name, node: ZoneNode): Weights | undefined {
    for (const type of [RRType.A, RRType.AAAA]) {
      if ((rrsetOfType(node, type)?.rdata.length ?? 0) < 2) continue;
      return weightsNode(this.#view, name)?.weights;
    }
    return undefined;
  }
}

/** Flags of a node that follow from what it owns. */
export function contentFlags(rrsets: readonly RRset[], isApex: boolean): number {
  let flags = isApex ? NODE_APEX : 0;
  for (const { type } of rrsets) {
    if (type === RRType.NS && !isApex) flags |= NODE_CUT;
    if (type === RRType.DNAME) flags |= NODE_DNAME;
    if (type === RRType.CNAME) flags |= NODE_CNAME;
    if (type === RRType.RRSIG) flags |= NODE_HAS_RRSIG;
  }
  return flags;
}

function isWildcard(name: Name): boolean {
  return name.startsWith("*.");
}

/** The endpoint whose weights this name owns; undefined where it is no such name. */
export function endpointOfWeights(name: Name): Name | undefined {
  if (!name.startsWith(WEIGHTS_PREFIX)) return undefined;
  const endpoint = name.slice(WEIGHTS_PREFIX.length);
  return endpoint === "" ? undefined : (endpoint as Name);
}

/** Whether two nodes of one name are the same, whenever each of them came. */
function sameNode(words: Int32Array, old: number, written: number): boolean {
  const size = word(words, old + NODE_SIZE);
  if (size !== word(words, written + NODE_SIZE)) return false;
  for (let index = NODE_ZONE_FLAGS; index < size; index += 1) {
    if (word(words, old + index) !== word(words, written + index)) return false;
  }
  return true;
}
