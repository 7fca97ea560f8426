import { assertNever } from "../../base/index.ts";
import { type Name, type Prerequisite, Rcode, sameRdata, typeText } from "../../dns/index.ts";
import { dataOf } from "../sign/members.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";

/** A condition that does not hold, with the RCODE that says which (RFC 2136 section 3.2). */
export interface FailedPrerequisite {
  readonly rcode: number;
  readonly problem: string;
}

/** The first condition that does not hold; undefined where all do. */
export function failedPrerequisite(
  view: ZoneView,
  prerequisites: readonly Prerequisite[],
): FailedPrerequisite | undefined {
  for (const prerequisite of prerequisites) {
    const failed = check(view, prerequisite);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

function check(view: ZoneView, prerequisite: Prerequisite): FailedPrerequisite | undefined {
  switch (prerequisite.kind) {
    case "rrset-exists": {
      const { name, type } = prerequisite;
      if (rrsetOfType(view.node(name), type) !== undefined) return undefined;
      return failed(Rcode.NXRRSET, name, `${typeText(type)} must exist: there is none`);
    }
    case "rrset-is": {
      const { rrset } = prerequisite;
      const held = rrsetOfType(view.node(rrset.name), rrset.type);
      if (held !== undefined && sameRdata(held, rrset)) return undefined;
      const type = typeText(rrset.type);
      const now = held === undefined ? "there is none" : "it has other records";
      return failed(Rcode.NXRRSET, rrset.name, `${type} must be exactly as given: ${now}`);
    }
    case "rrset-absent": {
      const { name, type } = prerequisite;
      if (rrsetOfType(view.node(name), type) === undefined) return undefined;
      return failed(Rcode.YXRRSET, name, `${typeText(type)} must not exist: there is one`);
    }
    case "name-in-use":
      if (isInUse(view, prerequisite.name)) return undefined;
      return failed(Rcode.NXDOMAIN, prerequisite.name, "it must own records: it owns none");
    case "name-not-in-use":
      if (!isInUse(view, prerequisite.name)) return undefined;
      return failed(Rcode.YXDOMAIN, prerequisite.name, "it must own no records: it owns some");
    default:
      return assertNever(prerequisite);
  }
}

/** RFC 2136 section 2.4.4: an empty non-terminal is not in use. */
function isInUse(view: ZoneView, name: Name): boolean {
  return dataOf(view.node(name)).length > 0;
}

function failed(rcode: number, name: Name, detail: string): FailedPrerequisite {
  return { rcode, problem: `Cannot update as of ${name} ${detail}` };
}
