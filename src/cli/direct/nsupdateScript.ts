import { assertNever, type SocketAddress } from "../../base/index.ts";
import {
  type Prerequisite,
  rdataText,
  typeText,
  type Update,
  type UpdateStep,
} from "../../dns/index.ts";

/**
 * An UPDATE as BIND's nsupdate reads it, so that a person without Holdfast at hand sends the same:
 * conditions first, then all changes, in one message.
 */
export function nsupdateScript(server: SocketAddress, update: Update): readonly string[] {
  return [
    `server ${server.address} ${server.port}`,
    `zone ${update.zone}`,
    ...update.prerequisites.flatMap(conditionLines),
    ...update.steps.map(stepLine),
    "send",
  ];
}

function conditionLines(condition: Prerequisite): readonly string[] {
  switch (condition.kind) {
    case "rrset-exists":
      return [`prereq yxrrset ${condition.name} IN ${typeText(condition.type)}`];
    case "rrset-absent":
      return [`prereq nxrrset ${condition.name} IN ${typeText(condition.type)}`];
    case "name-in-use":
      return [`prereq yxdomain ${condition.name}`];
    case "name-not-in-use":
      return [`prereq nxdomain ${condition.name}`];
    case "rrset-is": {
      const { name, type, rdata } = condition.rrset;
      return rdata.map((octets) => {
        return `prereq yxrrset ${name} IN ${typeText(type)} ${rdataText(type, octets)}`;
      });
    }
    default:
      return assertNever(condition);
  }
}

function stepLine(step: UpdateStep): string {
  switch (step.kind) {
    case "add": {
      const { name, ttlSeconds, type, rdata } = step.record;
      return `update add ${name} ${ttlSeconds} IN ${typeText(type)} ${rdataText(type, rdata)}`;
    }
    case "delete-rrset":
      return `update delete ${step.name} IN ${typeText(step.type)}`;
    case "delete-name":
      return `update delete ${step.name}`;
    case "delete-record": {
      const { name, type, rdata } = step;
      return `update delete ${name} IN ${typeText(type)} ${rdataText(type, rdata)}`;
    }
    default:
      return assertNever(step);
  }
}
