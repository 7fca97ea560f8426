import { z } from "zod";
import { KEY_FACTS } from "./keyFacts.ts";
import { MAIN_SHAPE } from "./schema.ts";

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The main file as one schema, for editors and for the reference. */
const MAIN_SCHEMA = z.strictObject(MAIN_SHAPE);

/** The part of docs/configuration.md that lists every key: Markdown, made from the schema. */
export function configurationReference(): string {
  return `${groups("", MAIN_SHAPE).join("\n\n")}\n`;
}

/** A group's own table, then those of the groups in it. */
function groups(path: string, shape: Shape): readonly string[] {
  const title = path === "" ? "The main file" : `\`${path}\``;
  const below = Object.entries(shape).flatMap(([name, schema]) => {
    return groupsBelow(path === "" ? name : `${path}.${name}`, schema);
  });
  return [`### ${title}\n\n${table(shape)}`, ...below];
}

function groupsBelow(path: string, schema: z.core.$ZodType): readonly string[] {
  if (schema instanceof z.ZodOptional) return groupsBelow(path, schema.unwrap());
  if (schema instanceof z.ZodArray) return groupsBelow(`${path}[]`, schema.element);
  if (schema instanceof z.ZodObject) return groups(path, schema.shape);
  if (schema instanceof z.ZodUnion && !(schema instanceof z.ZodDiscriminatedUnion)) {
    return schema.options.flatMap((option) => groupsBelow(path, option));
  }
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return [];
  // One table: keys of all kinds, those of the first kind first.
  const shape: Record<string, z.core.$ZodType> = {};
  for (const option of schema.options) {
    if (option instanceof z.ZodObject) Object.assign(shape, { ...option.shape, ...shape });
  }
  return groups(path, shape);
}

function table(shape: Shape): string {
  const rows = Object.entries(shape).flatMap(([name, schema]) => {
    const facts = schema instanceof z.ZodType ? KEY_FACTS.get(schema) : undefined;
    if (facts === undefined) return [];
    const { meaning, allowed, otherwise = "**needed**" } = facts;
    return [`| \`${name}\` | ${meaning} | ${allowed} | ${otherwise} |`];
  });
  const head = ["| key | meaning | allowed | where absent |", "| --- | --- | --- | --- |"];
  return [...head, ...rows].join("\n");
}

/** JSON Schema (draft 2020-12) of the main file, for editors that complete and check YAML. */
export function configurationJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(MAIN_SCHEMA, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const facts = zodSchema instanceof z.ZodType ? KEY_FACTS.get(zodSchema) : undefined;
      if (facts === undefined) return;
      const { meaning, allowed, otherwise } = facts;
      const absent = otherwise === undefined ? "" : ` Where absent: ${otherwise}.`;
      jsonSchema.description = `${meaning} Allowed: ${allowed}.${absent}`;
    },
  });
  return { ...schema, title: "Holdfast configuration" };
}
