import { type Name, parseName } from "./name.ts";
import { labelsOf } from "./nameTree.ts";

/** Owner names that somebody may write, by their labels. */
export interface OwnerPattern {
  /** As it was written. */
  readonly text: string;
  /** From the left; undefined stands for one label or more. */
  readonly labels: readonly (string | undefined)[];
  /** Compared with whole names; else with what stands in front of the zone. */
  readonly isAbsolute: boolean;
}

/** What {@link parseOwnerPattern} says. */
export type ParsedOwnerPattern =
  | { readonly kind: "pattern"; readonly pattern: OwnerPattern }
  | { readonly kind: "malformed"; readonly problem: string };

/** More would make one comparison cost more than the labels of a name. */
const STARS_MAX = 4;
/** Names with this label are control names: no star stands for it. */
const CONTROL_LABEL = "_holdfast";

/**
 * Reads a pattern of owner names: a name relative to the zone (absolute where it ends in a dot),
 * in which a label `*` stands for one label or more, `\*` for the label of a wildcard, and `@`
 * alone for the apex. `_acme-challenge.*` is that label in front of every name below the zone.
 */
export function parseOwnerPattern(text: string): ParsedOwnerPattern {
  if (text === "@") {
    return { kind: "pattern", pattern: { text, labels: [], isAbsolute: false } };
  }
  const parsed = parseName(text);
  if (parsed.kind === "malformed") return parsed;
  const written = splitLabels(text);
  const stars = written.filter((label) => label === "*").length;
  if (stars > STARS_MAX) {
    const problem = `Cannot read "${text}" as it must have <= ${STARS_MAX} stars: it has ${stars}`;
    return { kind: "malformed", problem };
  }
  const labels = labelsOf(parsed.name).map((label, index) => {
    return written[index] === "*" ? undefined : label;
  });
  return { kind: "pattern", pattern: { text, labels, isAbsolute: written.at(-1) === "" } };
}

/** The labels as they were written, escapes left in. */
function splitLabels(text: string): readonly string[] {
  const labels: string[] = [];
  let label = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === ".") {
      labels.push(label);
      label = "";
      continue;
    }
    label += character;
    if (character !== "\\") continue;
    index += 1;
    label += text.charAt(index);
  }
  return [...labels, label];
}

/** Whether `name`, which is at or below `zone`, fits a pattern. */
export function fitsOwnerPattern(pattern: OwnerPattern, name: Name, zone: Name): boolean {
  const labels = labelsOf(name);
  const asked = pattern.isAbsolute
    ? labels
    : labels.slice(0, labels.length - labelsOf(zone).length);
  return fits(pattern.labels, asked);
}

/** Goes back to the last star only: what fits there fits with the earlier ones as they are. */
function fits(pattern: readonly (string | undefined)[], labels: readonly string[]): boolean {
  let at = 0;
  let inPattern = 0;
  let starAt = -1; // in the pattern
  let taken = 0; // labels in front of which the last star ends
  while (at < labels.length) {
    const wanted = pattern[inPattern];
    if (inPattern < pattern.length && wanted === undefined && labels[at] !== CONTROL_LABEL) {
      starAt = inPattern;
      at += 1;
      taken = at;
      inPattern += 1;
    } else if (wanted !== undefined && wanted === labels[at]) {
      at += 1;
      inPattern += 1;
    } else if (starAt >= 0 && labels[taken] !== CONTROL_LABEL) {
      taken += 1;
      at = taken;
      inPattern = starAt + 1;
    } else {
      return false;
    }
  }
  return inPattern === pattern.length;
}
