import type { Act } from "./act.ts";

/** An act in plain words, as the story of a schedule tells it. */
export function actText(act: Act): string {
  switch (act.kind) {
    case "health":
      return `load balancer ${act.target} ${act.isUp ? "answers" : "stops answering"}`;
    case "policy":
      return policyText(act.change);
    case "hand":
      return `somebody's hand at ${act.endpoint}: ${act.what.replaceAll("-", " ")}${
        act.byForce ? ", in the server's own files" : ""
      }`;
    case "link": {
      const share = act.perMille === 1_000 ? "all" : `${act.perMille / 10} % of all`;
      return `${share} messages ${act.from} to ${act.to}: ${act.fault} for ${seconds(act.forMs)}`;
    }
    case "stopped":
      return `${act.process} is stopped for ${seconds(act.forMs)}`;
    case "delayed-hours":
      return `the next update of ${act.process} will take ${act.hours} hours`;
    case "killed":
      return killedText(act);
    case "clock-jump":
      return `the clock of ${act.process} jumps by ${seconds(act.byMs)}`;
    case "clock-drift":
      return (
        `the clock of ${act.process} drifts by ${act.perMille / 10} % ` +
        `for ${seconds(act.forMs)}`
      );
    case "disk-full":
      return `the disk of ${act.process} is full for ${seconds(act.forMs)}`;
    case "store-lost":
      return "the plan store is lost";
    case "store-old-copy":
      return `the plan store is put back to ${seconds(act.agoMs)} ago`;
    case "two-planners":
      return `a second planner runs for ${seconds(act.forMs)}`;
    case "pause":
      return act.repairs ? "a person pauses all but repairs" : "a person pauses automation";
    case "resume":
      return "a person resumes automation";
    case "override":
      return (
        `a person pins ${act.endpoint} to ${act.addresses.join(", ")} for ${seconds(act.forMs)}` +
        (act.direct ? ", straight at the DNS server" : "")
      );
    case "clear":
      return `a person takes back the override of ${act.endpoint}${act.direct ? ", directly" : ""}`;
    case "retire":
      return `a person retires ${act.endpoint}, hold-down ${seconds(act.holdDownMs)}`;
    case "cancel":
      return `a person cancels the retirement of ${act.endpoint}`;
    case "revive":
      return `a person revives ${act.endpoint}`;
    case "rollback":
      return `a person rolls ${act.endpoint} back by ${act.plansBack} plans`;
    case "release":
      return `a person releases the rollback of ${act.endpoint}`;
    case "adopt":
      return `a person adopts ${act.endpoint}`;
    case "epoch-raise":
      return `a person raises the epoch of ${act.endpoint}`;
    case "clean-up":
      return "old plans are cleaned up";
  }
}

function killedText(act: Extract<Act, { kind: "killed" }>): string {
  const when = act.midWrite ? " at its next write" : "";
  const left = `its disk: ${act.disk}, unsynced: ${act.keep}`;
  return `${act.process} is killed${when}, down for ${seconds(act.downMs)}, ${left}`;
}

function policyText(change: Extract<Act, { kind: "policy" }>["change"]): string {
  switch (change.kind) {
    case "ttl":
      return `configuration: ${change.endpoint} gets TTL ${change.ttlSeconds}`;
    case "types":
      return `configuration: ${change.endpoint} wants ${change.types.join(" and ")}`;
    case "endpoint-removed":
      return `configuration: ${change.endpoint} is left out`;
    case "endpoint-back":
      return `configuration: ${change.endpoint} is in it again`;
    case "emptied":
      return "configuration: it is empty";
    case "restored":
      return "configuration: as in the beginning";
  }
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
