import { type Name, RRType } from "../../../dns/index.ts";
import { type Gate, parseGate, parseWeights, SEED_TEXT } from "../../../plan/index.ts";
import { dataOf } from "../../sign/members.ts";
import { isText, rrsetOfType, txtTexts, type ZoneNode } from "../../zone/zoneNode.ts";
import { isControlName } from "../../zone/zoneView.ts";
import type { Transition } from "./endpointRules.ts";
import { canStillRise } from "./headroom.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** Judges a changed control name by its own grammar. Fences are judged with their endpoints. */
export function judgeControlName({ before, after }: Transition, name: Name): Refusal | undefined {
  if (!isControlName(name)) return undefined;
  const next = after.node(name);
  const other = dataOf(next).find(({ type }) => type !== RRType.TXT);
  if (other !== undefined) {
    const detail = "a control name must own nothing but TXT: it would own more";
    return refusal("control-names-own-txt", name, detail);
  }
  if (name.startsWith("_weights._holdfast.")) return judgeWeights(name, next);
  if (name.startsWith("_gate._holdfast.")) return judgeGate(name, before.node(name), next);
  if (name.startsWith("_seed._holdfast.")) return judgeSeed(name, next);
  return undefined;
}

function judgeWeights(name: Name, next: ZoneNode | undefined): Refusal | undefined {
  const text = onlyText(next);
  if (text === "none") return undefined; // without weights all are equal
  if (text === "many") return refusal("weights-are-readable", name, "it must be one record");
  const parsed = parseWeights(text.text);
  if (parsed.kind === "weights") return undefined;
  return refusal("weights-are-readable", name, `it must be readable: ${parsed.problem}`);
}

function judgeGate(
  name: Name,
  old: ZoneNode | undefined,
  next: ZoneNode | undefined,
): Refusal | undefined {
  const text = onlyText(next);
  const held = gateOf(old);
  if (text === "none") {
    // A gate made anew could say again what it said before, to whoever slept in between.
    return refusal("gate-stays", name, "a gate must not be deleted: write it with a new edition");
  }
  if (text === "many") return refusal("gate-is-readable", name, "it must be one record");
  const parsed = parseGate(text.text);
  if (parsed.kind === "malformed") {
    return refusal("gate-is-readable", name, `it must be readable: ${parsed.problem}`);
  }
  const { edition } = parsed.gate;
  if (!canStillRise(edition, held?.edition ?? 0)) {
    const detail = `its edition must leave room for the next: it is ${edition}`;
    return refusal("numbers-can-rise", name, detail);
  }
  if (held === undefined || edition > held.edition) return undefined;
  const detail = `its edition must be > ${held.edition}: it is ${edition}`;
  return refusal("gate-edition-rises", name, detail);
}

function gateOf(node: ZoneNode | undefined): Gate | undefined {
  const text = onlyText(node);
  if (text === "none" || text === "many") return undefined;
  const parsed = parseGate(text.text);
  return parsed.kind === "gate" ? parsed.gate : undefined;
}

function judgeSeed(name: Name, next: ZoneNode | undefined): Refusal | undefined {
  if (isText(rrsetOfType(next, RRType.TXT), SEED_TEXT)) return undefined;
  // Without its seed mark a zone answers nothing: deleting that is deleting everything.
  const detail = `a seed mark must stay, as one record "${SEED_TEXT}"`;
  return refusal("seed-stays", name, detail);
}

function onlyText(node: ZoneNode | undefined): { readonly text: string } | "none" | "many" {
  const rrset = rrsetOfType(node, RRType.TXT);
  if (rrset === undefined) return "none";
  const [text, ...more] = txtTexts(rrset);
  return more.length > 0 ? "many" : { text: text ?? "" };
}
