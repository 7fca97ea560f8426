import { typeText } from "../../src/dns/index.ts";
import type { Act, Said, Scene } from "./scene.ts";

/** An act in plain words. */
export function actText(act: Act): string {
  switch (act.kind) {
    case "says":
      return `${act.name} ${typeText(act.type)} (${act.network}): ${saidText(act.said)}`;
    case "tombstone":
      return `${act.name} (${act.network}): tombstone: ${act.tombstone}`;
    case "mood":
      return `server ${act.server} of the ${act.network} network: ${act.mood}`;
    case "lies":
      return `server ${act.server} of the ${act.network} network lies: ${act.addresses.join(" ")}`;
    case "forgers":
      return act.areThere ? "forgers answer as well" : "the forgers are gone";
    case "health":
      return `${act.address}: ${act.health}`;
    case "blind":
      return act.isBlind ? "no address can be reached for proofs" : "proofs are possible again";
    case "moves":
      return `the machine is in the ${act.to} network now`;
    case "restarts": {
      const how = act.isOrderly ? "ends" : "is killed";
      return `the process ${how}, for ${act.downMs} ms; memory file: ${act.file}`;
    }
    case "wall-jump":
      return `the wall clock jumps by ${act.byMs} ms`;
    case "drift":
      return `the clock goes ${act.rate} times as fast`;
    case "pauses":
      return `the machine stands still for ${act.forMs} ms`;
    case "quiet":
      return `nobody asks for ${act.forMs} ms`;
    case "flood":
      return `${act.names} other names are looked up`;
  }
}

/** What a world is like, in one line. */
export function sceneText({ seed, front, names, policy, acts, proof, trusted }: Scene): string {
  const { isGuarded, ...times } = policy;
  const all = Object.entries(times).map(([key, value]) => `${key} ${value}`);
  const guarded = isGuarded ? "" : ", not guarded";
  return (
    `Seed ${seed}: ${front}, ${names.join(" ")}${guarded}, proof ${proof}, ` +
    `trusted ${trusted.join(" ")}, ${all.join(", ")}; ${acts.length} acts`
  );
}

function saidText(said: Said): string {
  if (said.kind === "answer") {
    const by = said.alias === undefined ? "" : ` by ${said.alias}`;
    return `${said.addresses.join(" ")}${by}, TTL ${said.ttlSeconds}`;
  }
  const { kind, isSigned, extendedError, soaSeconds } = said;
  const error = extendedError === undefined ? "" : `, extended error ${extendedError}`;
  return `${kind}${isSigned ? ", signed" : ""}${error}, TTL ${soaSeconds ?? "none"}`;
}
