import { z } from "zod";
import { type Findings, type Place, within } from "./findings.ts";
import { KEY_FACTS } from "./keyFacts.ts";
import { suggestion } from "./suggest.ts";

/** Longest part of a wrong value that is shown. */
const SHOWN_CHARACTERS_MAX = 60;

/** Reads a value by its schema; what is wrong with its shape becomes findings. */
export function readShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: Place,
  findings: Findings,
): z.output<Schema> | undefined {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  for (const issue of read.error.issues) tell(schema, value, issue, place, findings);
  return undefined;
}

function tell(
  schema: z.ZodType,
  value: unknown,
  issue: z.core.$ZodIssue,
  place: Place,
  findings: Findings,
): void {
  const steps = issue.path.filter((step) => typeof step !== "symbol");
  const at = within(place, ...steps);
  const held = valueAt(value, steps);
  if (issue.code === "invalid_union" && isGroup(held)) {
    // One option is a group of keys, the others are words or numbers: this one was meant.
    const along = schemasAlong(schema, value, steps);
    const union = along.findLast((part) => part instanceof z.ZodUnion);
    const index = union?.options.findIndex((option) => option instanceof z.ZodObject) ?? -1;
    for (const inner of issue.errors[index] ?? []) {
      tell(schema, value, { ...inner, path: [...issue.path, ...inner.path] }, place, findings);
    }
    if (index >= 0) return;
  }
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, value, steps);
    for (const name of issue.keys) {
      const problem = `Cannot take the key "${name}" as it is not known here`;
      const told = `${problem}${suggestion(name, known)}`;
      findings.error(within(at, name), told, known.join(", "), "key");
    }
    return;
  }
  const allowed = allowedAt(schema, value, steps);
  if (held === undefined) {
    const missing = at.path.at(-1);
    const problem = `Cannot go without the key "${String(missing)}": it is missing`;
    findings.error(at, problem, allowed, "key");
    return;
  }
  const quotes = typeof held === "number" && wantsText(issue) ? ": put it in quotes" : "";
  findings.error(at, `Cannot take ${shown(held)} here${quotes}`, allowed);
}

function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wantsText(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.expected === "string";
}

function shown(value: unknown): string {
  if (value === null) return "nothing (null)";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a group of keys";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

function valueAt(value: unknown, steps: readonly (string | number)[]): unknown {
  let held: unknown = value;
  for (const step of steps) held = property(held, step);
  return held;
}

function property(value: unknown, step: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(step))?.[1];
}

/** What may stand at a path: of the nearest schema above it that says so. */
function allowedAt(
  schema: z.ZodType,
  value: unknown,
  steps: readonly (string | number)[],
): string | undefined {
  let allowed: string | undefined;
  for (const part of schemasAlong(schema, value, steps)) {
    allowed = KEY_FACTS.get(part)?.allowed ?? allowed;
  }
  return allowed;
}

function keysAt(
  schema: z.ZodType,
  value: unknown,
  steps: readonly (string | number)[],
): readonly string[] {
  const last = schemasAlong(schema, value, steps).at(-1);
  return last instanceof z.ZodObject ? Object.keys(last.shape) : [];
}

/** The schemas from the root to a path, unwrapped ones included. */
function schemasAlong(
  schema: z.ZodType,
  value: unknown,
  steps: readonly (string | number)[],
): readonly z.ZodType[] {
  const along: z.ZodType[] = [];
  let current: z.core.$ZodType | undefined = schema;
  let held: unknown = value;
  for (const step of [undefined, ...steps]) {
    if (step !== undefined) {
      current = childOf(current, step);
      held = property(held, step);
    }
    if (current instanceof z.ZodType) along.push(current);
    if (current instanceof z.ZodOptional) current = current.unwrap();
    if (current instanceof z.ZodDiscriminatedUnion) current = optionFor(current, held);
    else if (current instanceof z.ZodUnion) {
      along.push(current);
      current = current.options.find((option) => option instanceof z.ZodObject) ?? current;
    }
    if (current instanceof z.ZodType) along.push(current);
  }
  return along;
}

function childOf(
  schema: z.core.$ZodType | undefined,
  step: string | number,
): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return shape[String(step)];
}

// The option that the value says it is; where it says nothing known, the first, to name its kind.
function optionFor(union: z.ZodDiscriminatedUnion, value: unknown): z.core.$ZodType | undefined {
  const kind = property(value, union.def.discriminator);
  const chosen = union.options.find((option) => {
    const literal = childOf(option, union.def.discriminator);
    return literal instanceof z.ZodLiteral && literal.values.has(String(kind));
  });
  return chosen ?? union.options[0];
}
