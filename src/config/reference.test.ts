import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { z } from "zod";
import { KEY_FACTS } from "./keyFacts.ts";
import { configurationJsonSchema, configurationReference } from "./reference.ts";
import { MAIN_SHAPE } from "./schema.ts";

it("docs/configuration.md lists every key as the schema has it", () => {
  const url = new URL("../../docs/configuration.md", import.meta.url);
  const text = readFileSync(url, "utf8");
  const [, reference] = text.split("<!-- reference: made by configurationReference() -->\n");
  assert.equal(reference?.trim(), configurationReference().trim());
});

it("configurationReference() tells of every key that there is", () => {
  const reference = configurationReference();
  for (const key of keysIn(z.strictObject(MAIN_SHAPE))) {
    assert.ok(reference.includes(`| \`${key}\` |`), `${key} has no line: it has no facts`);
  }
});

it("configurationJsonSchema() refuses unknown keys and describes the known", () => {
  const text = JSON.stringify(configurationJsonSchema());
  assert.match(text, /"additionalProperties":false/);
  assert.match(text, /The region that this instance is for/);
  assert.equal(KEY_FACTS.get(MAIN_SHAPE.region)?.otherwise, undefined);
});

function keysIn(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodOptional) return keysIn(schema.unwrap());
  if (schema instanceof z.ZodArray) return keysIn(schema.element);
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap(keysIn);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(keysIn);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, part]) => [key, ...keysIn(part)]);
}
