import { assertNever, compareBytes } from "../../base/index.ts";
import {
  makeRRset,
  type Name,
  type Prerequisite,
  Rcode,
  type ResourceRecord,
  type RRset,
  RRType,
  sameRdata,
  type Update,
  type UpdateStep,
} from "../../dns/index.ts";

/** The records of one zone and the rules of UPDATE (RFC 2136 section 3), without any of ours. */
export class RecordMap {
  readonly #names = new Map<Name, Map<number, RRset>>();

  /** One RRset, or undefined where there is none. */
  rrset(name: Name, type: number): RRset | undefined {
    return this.#names.get(name)?.get(type);
  }

  /** Every RRset at a name, in order of type code. */
  rrsetsAt(name: Name): readonly RRset[] {
    const held = [...(this.#names.get(name)?.values() ?? [])];
    return held.sort((left, right) => left.type - right.type);
  }

  /** Puts an RRset in place, whatever was there. */
  put(rrset: RRset): void {
    const types = this.#names.get(rrset.name) ?? new Map<number, RRset>();
    this.#names.set(rrset.name, types.set(rrset.type, rrset));
  }

  /** Takes one RRset away, or all of a name's. */
  remove(name: Name, type?: number): void {
    const types = this.#names.get(name);
    if (types === undefined) return;
    if (type !== undefined) types.delete(type);
    if (type === undefined || types.size === 0) this.#names.delete(name);
  }

  /** Checks and applies an update in one step; anything but NOERROR changed nothing. */
  update(update: Update, options: { readonly ignorePrerequisites?: boolean } = {}): number {
    if (options.ignorePrerequisites !== true) {
      for (const prerequisite of update.prerequisites) {
        const rcode = this.#check(prerequisite);
        if (rcode !== Rcode.NOERROR) return rcode;
      }
    }
    for (const step of update.steps) this.#apply(step);
    return Rcode.NOERROR;
  }

  #check(prerequisite: Prerequisite): number {
    const failed = (holds: boolean, rcode: number) => (holds ? Rcode.NOERROR : rcode);
    switch (prerequisite.kind) {
      case "rrset-exists":
        return failed(this.#has(prerequisite.name, prerequisite.type), Rcode.NXRRSET);
      case "rrset-is": {
        const { rrset } = prerequisite;
        const held = this.rrset(rrset.name, rrset.type);
        return failed(held !== undefined && sameRdata(held, rrset), Rcode.NXRRSET);
      }
      case "rrset-absent":
        return failed(!this.#has(prerequisite.name, prerequisite.type), Rcode.YXRRSET);
      case "name-in-use":
        return failed(this.#names.has(prerequisite.name), Rcode.NXDOMAIN);
      case "name-not-in-use":
        return failed(!this.#names.has(prerequisite.name), Rcode.YXDOMAIN);
      default:
        return assertNever(prerequisite);
    }
  }

  #apply(step: UpdateStep): void {
    switch (step.kind) {
      case "add":
        this.#add(step.record);
        return;
      case "delete-rrset":
        this.remove(step.name, step.type);
        return;
      case "delete-name":
        this.remove(step.name);
        return;
      case "delete-record": {
        const held = this.rrset(step.name, step.type);
        const rdata = held?.rdata.filter((octets) => compareBytes(octets, step.rdata) !== 0) ?? [];
        if (held === undefined) return;
        if (rdata.length === 0) this.remove(step.name, step.type);
        else this.put({ ...held, rdata });
        return;
      }
      default:
        assertNever(step);
    }
  }

  // RFC 2136 section 3.4.2.2: a CNAME beside other types, and the other way round, is ignored.
  #add({ name, type, ttlSeconds, rdata }: ResourceRecord): void {
    const others = this.rrsetsAt(name).filter((rrset) => rrset.type !== type);
    const clashes =
      type === RRType.CNAME
        ? others.length > 0
        : others.some((rrset) => rrset.type === RRType.CNAME);
    if (clashes) return;
    const held = type === RRType.CNAME ? [] : (this.rrset(name, type)?.rdata ?? []);
    this.put(makeRRset(name, type, ttlSeconds, [...held, rdata]));
  }

  #has(name: Name, type: number): boolean {
    return this.rrset(name, type) !== undefined;
  }
}
