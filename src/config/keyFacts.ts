import { z } from "zod";
import { DURATION } from "./duration.ts";

/** What people are told of a key; docs/configuration.md and the JSON Schema are made from it. */
export interface KeyFacts {
  readonly meaning: string;
  /** What may stand there. */
  readonly allowed: string;
  /** What holds where the key is absent; undefined where the key must be there. */
  readonly otherwise?: string;
}

/** The facts of every schema made by {@link key}. */
export const KEY_FACTS = z.registry<KeyFacts>();

/** Ids of everything: also file names, key names and process names, so nothing to escape. */
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const ID_ALLOWED = "lower-case letters, digits and hyphens, at most 63, no hyphen first";

/** Gives a schema its facts. */
export function key<Schema extends z.ZodType>(schema: Schema, facts: KeyFacts): Schema {
  KEY_FACTS.add(schema, facts);
  return schema;
}

/** An id that something is called by. */
export const id = (meaning: string) => key(z.string().regex(ID), { meaning, allowed: ID_ALLOWED });
/** An id that refers to something. */
export const idRef = () => z.string().regex(ID);
/** Text that must be there. */
export const text = (meaning: string, allowed: string) =>
  key(z.string().min(1), { meaning, allowed });
/** Text that may be absent. */
export const optionalText = (meaning: string, allowed: string, otherwise: string) =>
  key(z.string().min(1).optional(), { meaning, allowed, otherwise });
/** A duration that must be there; `allowed` is its range. */
export const duration = (meaning: string, allowed: string) =>
  key(z.string().regex(DURATION), { meaning, allowed: `a duration ${allowed}` });
/** A duration that may be absent. */
export const optionalDuration = (meaning: string, allowed: string, otherwise: string) =>
  key(z.string().regex(DURATION).optional(), {
    meaning,
    allowed: `a duration ${allowed}`,
    otherwise,
  });
/** A list of ids, at least one. */
export const ids = (meaning: string, allowed: string) =>
  key(z.array(idRef()).min(1), { meaning, allowed });

/** What may stand where a TTL is wanted. */
export const TTL_ALLOWED = "in whole seconds, such as 5s or 1m";
/** What may stand where a whole number is wanted. */
export const WHOLE = (min: number, max: number): string => `a whole number in ${min}..${max}`;

/** A list that may be absent. */
export const list = <Schema extends z.ZodType>(items: Schema, meaning: string, otherwise: string) =>
  key(z.array(items).optional(), { meaning, allowed: "a list", otherwise });
