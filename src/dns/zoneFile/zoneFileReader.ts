import { utf8Text } from "../../base/index.ts";
import { RRClass } from "../codes.ts";
import { unescapedOctets } from "../escape.ts";
import type { ResourceRecord } from "../message.ts";
import { TTL_SECONDS_MAX } from "../message.ts";
import type { Name } from "../name.ts";
import { RRType } from "../rrType.ts";
import { decodeSoa } from "../soa.ts";
import { generatedLines } from "./generate.ts";
import { EntryJoiner, type PlacedToken, type ZoneEntry } from "./zoneEntry.ts";
import {
  INCLUDE_DEPTH_MAX,
  INCLUDES_MAX,
  LINE_CHARACTERS_MAX,
  PROBLEMS_MAX,
  RECORDS_MAX,
  type ZoneFileOptions,
  type ZoneFileProblem,
} from "./zoneFileOptions.ts";
import { type Malformed, readBody, readName, readTtl, TTL_RULE } from "./zoneRecord.ts";

/** What holds for one file: `$INCLUDE` begins a new one, and comes back to this. */
interface Scope {
  readonly file: string;
  readonly depth: number;
  origin: Name | undefined;
  owner: Name | undefined;
}

/**
 * Reads a zone file in RFC 1035's master format as its text comes, in pieces of any size, and
 * hands over each record. What is malformed is kept as a problem, and reading goes on with the
 * next entry. Needs as much memory as the longest entry.
 */
export class ZoneFileReader {
  readonly #options: ZoneFileOptions;
  readonly #onRecord: (record: ResourceRecord) => void;
  readonly #problems: ZoneFileProblem[] = [];
  readonly #joiner = new EntryJoiner();
  readonly #scope: Scope;
  #rest = "";
  #line = 0;
  #ttlDefault: number | undefined;
  #ttlLast: number | undefined;
  #records = 0;
  #includes = 0;
  #isStopped = false;

  constructor(options: ZoneFileOptions, onRecord: (record: ResourceRecord) => void) {
    this.#options = options;
    this.#onRecord = onRecord;
    this.#ttlDefault = options.ttlSeconds;
    const file = options.file ?? "zone file";
    this.#scope = { file, depth: 0, origin: options.origin, owner: undefined };
  }

  /** Takes the next piece of text; pieces need not end at the end of a line. */
  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#nextLine(this.#rest + text.slice(start, end));
      this.#rest = "";
      start = end + 1;
    }
    this.#rest += text.slice(start);
    if (this.#rest.length > LINE_CHARACTERS_MAX) this.#nextLine(this.#rest);
    if (this.#isStopped) this.#rest = "";
  }

  /** Ends the file; the answer is everything that was malformed, in order. */
  finish(): readonly ZoneFileProblem[] {
    if (this.#rest !== "") this.#nextLine(this.#rest);
    this.#rest = "";
    this.#finish(this.#joiner, this.#scope);
    return this.#problems;
  }

  #nextLine(text: string): void {
    this.#line += 1;
    this.#takeLine(text, this.#line, this.#joiner, this.#scope);
  }

  #takeLine(text: string, line: number, joiner: EntryJoiner, scope: Scope): void {
    if (this.#isStopped) return;
    if (text.length > LINE_CHARACTERS_MAX) {
      this.#stop(scope, line, `a line must be <= ${LINE_CHARACTERS_MAX} characters`);
      return;
    }
    const joined = joiner.push(text, line);
    if (joined === undefined) return;
    if ("problem" in joined) this.#note(scope, joined.line, joined.column, joined.problem);
    else this.#takeEntry(joined, scope);
  }

  #finish(joiner: EntryJoiner, scope: Scope): void {
    const open = joiner.finish();
    if (open !== undefined) this.#note(scope, open.line, open.column, open.problem);
  }

  #takeEntry(entry: ZoneEntry, scope: Scope): void {
    const [first] = entry.tokens;
    const isDirective =
      first !== undefined && !entry.isBlankOwner && !first.quoted && first.text.startsWith("$");
    const malformed = isDirective
      ? this.#direct(entry, first.text.toUpperCase(), scope)
      : this.#takeRecord(entry, scope);
    if (malformed === undefined) return;
    const { line, column } = malformed.at ?? first ?? { line: entry.line, column: 1 };
    this.#note(scope, line, column, malformed.problem);
  }

  #takeRecord(entry: ZoneEntry, scope: Scope): Malformed | undefined {
    const { tokens } = entry;
    let index = 0;
    if (!entry.isBlankOwner) {
      const owner = readName(tokens[0], scope.origin);
      if (typeof owner !== "string") return owner;
      scope.owner = owner;
      index = 1;
    }
    const name = scope.owner;
    if (name === undefined) return { problem: "there is no owner before it" };
    const body = readBody(tokens, index, scope.origin);
    if ("problem" in body) return body;
    const { type, rdata } = body;
    let ttl = body.ttlSeconds;
    if (ttl === undefined) ttl = this.#ttlOf(type, rdata);
    else this.#ttlLast = ttl;
    if (ttl === undefined) return { problem: "there is no TTL, and no $TTL before it" };
    this.#emit({ name, type, class: RRClass.IN, ttlSeconds: ttl, rdata }, entry.line, scope);
    return undefined;
  }

  /** The TTL of a record that has none: $TTL, the last one given, or the SOA's own minimum. */
  #ttlOf(type: number, rdata: Uint8Array): number | undefined {
    const known = this.#ttlDefault ?? this.#ttlLast;
    if (known !== undefined || type !== RRType.SOA) return known;
    this.#ttlDefault = Math.min(decodeSoa(rdata).minimumSeconds, TTL_SECONDS_MAX);
    return this.#ttlDefault;
  }

  #emit(record: ResourceRecord, line: number, scope: Scope): void {
    this.#records += 1;
    if (this.#records > RECORDS_MAX)
      this.#stop(scope, line, `it must be <= ${RECORDS_MAX} records`);
    else this.#onRecord(record);
  }

  #direct(entry: ZoneEntry, directive: string, scope: Scope): Malformed | undefined {
    const [, argument, second, ...rest] = entry.tokens;
    if (directive === "$GENERATE") return this.#generate(entry, scope);
    if (argument === undefined) return { problem: `${directive} needs an argument` };
    if (directive === "$INCLUDE") {
      if (rest.length > 0) return { at: rest[0], problem: "there is more than $INCLUDE takes" };
      return this.#include(argument, second, entry.line, scope);
    }
    if (second !== undefined)
      return { at: second, problem: `there is more than ${directive} takes` };
    if (directive === "$ORIGIN") {
      const origin = readName(argument, scope.origin);
      if (typeof origin !== "string") return origin;
      scope.origin = origin;
      return undefined;
    }
    if (directive !== "$TTL") {
      return { problem: "it must be $ORIGIN, $TTL, $INCLUDE or $GENERATE; write \\$ for a name" };
    }
    const ttl = readTtl(argument.text);
    if (ttl === undefined) return { at: argument, problem: TTL_RULE };
    this.#ttlDefault = ttl;
    return undefined;
  }

  #include(
    path: PlacedToken,
    originToken: PlacedToken | undefined,
    line: number,
    scope: Scope,
  ): Malformed | undefined {
    const { include } = this.#options;
    if (include === undefined) return { problem: "$INCLUDE is not allowed here" };
    const origin = originToken === undefined ? scope.origin : readName(originToken, scope.origin);
    if (typeof origin === "object") return origin;
    if (scope.depth === INCLUDE_DEPTH_MAX) {
      return { problem: `$INCLUDE must be <= ${INCLUDE_DEPTH_MAX} deep` };
    }
    this.#includes += 1;
    if (this.#includes > INCLUDES_MAX) {
      this.#stop(scope, line, `$INCLUDE must be there <= ${INCLUDES_MAX} times`);
      return undefined;
    }
    const file = utf8Text(unescapedOctets(path.text)) ?? path.text;
    const text = include(file, scope.file);
    if (text === undefined)
      return { at: path, problem: `there is no file ${JSON.stringify(file)}` };
    this.#takeText(text, { file, depth: scope.depth + 1, origin, owner: scope.owner });
    return undefined;
  }

  #takeText(text: string, scope: Scope): void {
    const joiner = new EntryJoiner();
    let line = 0;
    for (let start = 0; start < text.length && !this.#isStopped; ) {
      const found = text.indexOf("\n", start);
      const end = found < 0 ? text.length : found;
      line += 1;
      this.#takeLine(text.slice(start, end), line, joiner, scope);
      start = end + 1;
    }
    this.#finish(joiner, scope);
  }

  #generate(entry: ZoneEntry, scope: Scope): Malformed | undefined {
    const lines = generatedLines(entry);
    if (typeof lines === "string") return { problem: `$GENERATE: ${lines}` };
    for (const line of lines) {
      if (this.#isStopped) break;
      const generated = new EntryJoiner().push(line, entry.line);
      if (generated === undefined || "problem" in generated) {
        return {
          problem: `$GENERATE makes ${JSON.stringify(line.slice(0, 80))}, which is malformed`,
        };
      }
      const malformed = this.#takeRecord(generated, scope);
      if (malformed !== undefined) return { problem: malformed.problem };
    }
    return undefined;
  }

  #stop(scope: Scope, line: number, problem: string): void {
    this.#note(scope, line, 1, problem);
    this.#isStopped = true;
  }

  #note(scope: Scope, line: number, column: number, problem: string): void {
    if (this.#isStopped) return;
    // What is wrong with a name or with RDATA is a whole sentence already.
    const sentence = problem.startsWith("Cannot ") ? problem : `Cannot read as ${problem}`;
    this.#problems.push({ file: scope.file, line, column, problem: sentence });
    if (this.#problems.length === PROBLEMS_MAX) this.#isStopped = true;
  }
}
