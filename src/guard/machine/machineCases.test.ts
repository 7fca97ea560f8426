// The whole product of what the upstream says, what is held, what is found of a tombstone, what is
// proven, and how long it has been so: 2,250 cases, and what is served in each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, denial, failure, Machine, NEW, OLD, TTL_SECONDS } from "./machine.suite.ts";
import type { Failure, Outcome } from "./outcome.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const { confirmMs } = DEFAULT_POLICY;
const HOLD_MS_MAX = 10 * confirmMs;
const STEP_MS = confirmMs / 2;

function failed(how: Failure["failure"]): Outcome {
  return { ...failure(), failure: how } as Outcome;
}

const nxdomain = { ...denial(), denial: "nxdomain" } as Outcome;

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  "an answer": answer(NEW),
  NODATA: denial(),
  NXDOMAIN: nxdomain,
  "NODATA by DNSSEC": denial({ isAuthenticated: true }),
  "NODATA by a filter": denial({ isFiltered: true }),
  "no answer": failed("timeout"),
  SERVFAIL: failed("servfail"),
  REFUSED: failed("refused"),
  "a lame server": failed("lame"),
  nonsense: failed("malformed"),
};

const HELD = ["nothing", "unconfirmed", "confirmed"] as const;
const TOMBSTONES = ["not looked for", "none", "unknown", "unsigned", "signed"] as const;
const PROOFS = ["unknown", "proven", "disproven"] as const;
const AGES = [0, confirmMs - 1, confirmMs, HOLD_MS_MAX - 1, HOLD_MS_MAX] as const;

interface Case {
  readonly outcome: Outcome;
  readonly held: (typeof HELD)[number];
  readonly tombstone: (typeof TOMBSTONES)[number];
  readonly proof: (typeof PROOFS)[number];
  readonly ageMs: number;
}

/** The same as docs/guard.md has it, in words of its own. */
function expected({ outcome, held, tombstone, proof, ageMs }: Case): string {
  if (outcome.kind === "answer") return `fresh ${NEW.join(" ")}`;
  if (outcome.kind === "failure") return held === "nothing" ? "failed" : `stale ${OLD.join(" ")}`;
  const isSure = outcome.isAuthenticated || outcome.isFiltered || tombstone === "signed";
  if (held !== "confirmed" || isSure) return "denied";
  const untilMs = proof === "proven" && tombstone !== "unsigned" ? HOLD_MS_MAX : confirmMs;
  return ageMs < untilMs ? `held ${OLD.join(" ")}` : "denied";
}

/** The upstream says the same all the time, and so does whoever is asked besides. */
function played({ outcome, held, tombstone, proof, ageMs }: Case): string {
  const machine = new Machine({ holdMsMax: HOLD_MS_MAX });
  if (held === "unconfirmed") machine.outcome(answer(OLD));
  if (held === "confirmed") machine.confirmed(OLD);
  machine.after(TTL_SECONDS * 1000);
  const isFound = tombstone === "unsigned" || tombstone === "signed";
  for (let pastMs = 0; ; ) {
    machine.outcome(outcome);
    if (isFound) machine.tombstone("tombstone", tombstone === "signed");
    else if (tombstone !== "not looked for") machine.tombstone(tombstone);
    machine.proofOf({
      proven: proof === "proven" ? OLD : [],
      disproven: proof === "disproven" ? OLD : [],
    });
    if (pastMs >= ageMs) break;
    const stepMs = Math.min(STEP_MS, ageMs - pastMs);
    machine.after(stepMs);
    pastMs += stepMs;
  }
  const { verdict } = machine;
  return "values" in verdict ? `${verdict.kind} ${verdict.values.join(" ")}` : verdict.kind;
}

let cases = 0;
for (const [said, outcome] of Object.entries(OUTCOMES)) {
  for (const held of HELD) {
    test(`${said}, ${held} held: every tombstone, proof and age`, () => {
      for (const tombstone of TOMBSTONES) {
        for (const proof of PROOFS) {
          for (const ageMs of AGES) {
            const one = { outcome, held, tombstone, proof, ageMs };
            const what = `${said}; ${held}; tombstone ${tombstone}; ${proof}; ${ageMs} ms`;
            assert.equal(played(one), expected(one), what);
            cases += 1;
          }
        }
      }
    });
  }
}

test("that is the whole product", () => {
  assert.equal(cases, 10 * 3 * 5 * 3 * 5);
});
