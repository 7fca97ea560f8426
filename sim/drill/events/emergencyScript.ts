import {
  type Name,
  parseRdata,
  RRClass,
  RRType,
  type Update,
  type UpdateStep,
} from "../../../src/dns/index.ts";
import type { DesignWorld } from "../../design.ts";
import { claimOf, type Drill } from "../drill.ts";
import { lastSeen, NAMES, runRegion, SETTLED_MS, sceneOf, shown } from "./smallRegion.ts";

const SCRIPT_MS = SETTLED_MS + 1_000;
const END_MS = SCRIPT_MS + 20_000;
const SCRIPT = "an old script";
/** Where the names pointed when the script was written. */
const OLD_ADDRESS = "203.0.113.99";

/** 11 May 2021: an old script went through the emergency path, everywhere at once. */
export const EMERGENCY_SCRIPT: Drill = {
  id: "emergency-script-2021-05-11",
  title: "CRM provider, 11 May 2021",
  wentWrong:
    "an old script went through the emergency path, not staged; the status page was lost too",
  safeguard: "the nameserver's own rules, whoever writes and with whatever key; tools need no name",
  verdict: "held in part",
  seed: 1,
  run: async (seed, { tell }) => {
    let refused = 0;
    let taken = 0;
    const seen = await runRegion({
      seed,
      tell,
      startWallMs: Date.UTC(2021, 4, 11, 21, 8),
      scene: sceneOf(NAMES),
      acts: [],
      endMs: END_MS,
      people: (world) => world.later(SCRIPT_MS, () => runScript(world)),
      answered: (by, { rcode }) => {
        if (by.id !== SCRIPT) return;
        if (rcode === 0) taken += 1;
        else refused += 1;
      },
    });
    const before = NAMES.map((name) => lastSeen(seen, name, SCRIPT_MS)?.content ?? "");
    const after = NAMES.map((name) => lastSeen(seen, name)?.content ?? "");
    const claims = [
      claimOf(
        "Old records, old deletions: every write of the script is refused, with a person's key",
        taken === 0 && refused === NAMES.length * 2,
        `${refused} of its ${refused + taken} writes refused`,
      ),
      claimOf(
        "Every name answers as before",
        before.every((content, index) => content !== "" && content === after[index]),
        `${NAMES.length} names, the same content`,
      ),
    ];
    const missing = ["Overrides are not staged: one after another, they take effect at once."];
    return { ...shown(seen, claims, missing), detail: { refused, taken, ...seen } };
  },
};

/** Replaces what the names answer by what they answered years ago, then deletes them. */
function runScript(world: DesignWorld): void {
  const by = { id: SCRIPT, life: 0, kind: "operator", wallMs: world.wallMs } as const;
  for (const name of NAMES) {
    for (const steps of [replacing(name), [deleting(name)]]) {
      const update: Update = { zone: world.scene.zone, prerequisites: [], steps };
      void world.dns.service?.update(update, by);
    }
  }
}

function replacing(name: Name): readonly UpdateStep[] {
  const parsed = parseRdata(RRType.A, OLD_ADDRESS);
  const rdata = parsed.kind === "parsed" ? parsed.rdata : new Uint8Array(4);
  const record = { name, type: RRType.A, class: RRClass.IN, ttlSeconds: 3600, rdata };
  return [
    { kind: "delete-rrset", name, type: RRType.A },
    { kind: "add", record },
  ];
}

function deleting(name: Name): UpdateStep {
  return { kind: "delete-name", name };
}
