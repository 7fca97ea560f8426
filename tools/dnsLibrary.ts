// Writes the list of everything that holdfast/dns exports into docs/dns-library.md, from the first
// sentence of each docstring. A test compares. Run: node tools/dnsLibrary.ts
import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The document that has the list, relative to the repository. */
export const DOCUMENT = "docs/dns-library.md";
const DOOR = "src/dns/index.ts";
const BEGIN = "<!-- exports: written by tools/dnsLibrary.ts -->";
const END = "<!-- end of exports -->";

/** Reads a file of the repository. */
type Read = (path: string) => string;

/** Everything that the door exports, as table rows by file, in order of the door. */
export function exportTable(read: Read): string {
  const rows = exportsOf(DOOR, read(DOOR)).map(({ name, path }) => {
    const { kind, sentence } = describe(name, path, read(path));
    return `| \`${name}\` | ${kind} | ${sentence.replaceAll("|", "\\|")} |`;
  });
  return ["| export | is | |", "| --- | --- | --- |", ...rows.sort(byName)].join("\n");
}

/** The document with the list in it made new. */
export function withExports(document: string, table: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has no place for exports`);
  return `${document.slice(0, begin)}${BEGIN}\n${table}\n${document.slice(end)}`;
}

function byName(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  return a === b ? 0 : a < b ? -1 : 1;
}

function exportsOf(path: string, text: string): readonly { name: string; path: string }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  return source.statements.filter(ts.isExportDeclaration).flatMap((statement) => {
    const { exportClause, moduleSpecifier } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    const from = posix.join(posix.dirname(path), moduleSpecifier.text);
    return exportClause.elements.map((element) => ({ name: element.name.text, path: from }));
  });
}

/** What an export is, and the first sentence of its docstring. Throws where it has none. */
function describe(name: string, path: string, text: string): { kind: string; sentence: string } {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  for (const statement of source.statements) {
    const kind = kindOf(statement, name);
    if (kind === undefined) continue;
    const [doc] = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc);
    const comment = ts.getTextOfJSDocComment(doc?.comment) ?? "";
    if (comment === "") throw new Error(`${path}: ${name} must have a docstring`);
    return { kind, sentence: firstSentence(comment) };
  }
  throw new Error(`${path} does not declare ${name}`);
}

function kindOf(statement: ts.Statement, name: string): string | undefined {
  if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) return "function";
  if (ts.isClassDeclaration(statement) && statement.name?.text === name) return "class";
  if (ts.isInterfaceDeclaration(statement) && statement.name.text === name) return "type";
  if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name) return "type";
  if (!ts.isVariableStatement(statement)) return undefined;
  const names = statement.declarationList.declarations.map(({ name: of }) => of.getText());
  return names.includes(name) ? "constant" : undefined;
}

function firstSentence(comment: string): string {
  const text = comment.replace(/\s+/g, " ").replace(/\{@link (\w+)\}/g, "`$1`");
  // A full stop before a capital letter or a backtick ends a sentence; one in `e.g. x` does not.
  return /^(.*?\.)(?: (?=[A-Z`])|$)/.exec(text)?.[1] ?? text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const read: Read = (path) => readFileSync(`${root}${path}`, "utf8");
  writeFileSync(`${root}${DOCUMENT}`, withExports(read(DOCUMENT), exportTable(read)));
}
