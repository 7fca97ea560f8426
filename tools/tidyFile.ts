// Checks what the compiler cannot: which room imports which, sizes, and words banned from the code.
// Pure, so that tidy itself is tested (tidyFile.test.ts).
import { posix } from "node:path";
import ts from "typescript";
import { doorsOf, floorOf, OUTSIDE, PURE_FOLDERS, PURE_PACKAGES, PURE_ROOMS } from "./house.ts";

const FILE_LINES_MAX = 400;
const TEST_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

/** What lets time, chance, locale or the machine into a pure room, and what to use instead. */
const BANNED_IN_PURE: ReadonlyMap<string, string> = new Map([
  ["Date.now", "the Clock port"],
  ["Math.random", "the Chance port"],
  ["performance.now", "the Clock port"],
  ["setTimeout", "Clock.wakeAfter"],
  ["setInterval", "Clock.wakeAfter"],
  ["setImmediate", "Clock.wakeAfter"],
  ["localeCompare", "a comparison by code unit"],
  ["toLocaleLowerCase", "an ASCII fold"],
  ["toLocaleString", "an explicit format"],
  ["Intl", "an explicit format"],
  ["process", "a port"],
  ["globalThis", "a port"],
]);

/** Marks of unfinished or loosened work, which do not enter the repository. */
const BANNED_ANYWHERE: readonly (readonly [RegExp, string])[] = [
  [/@ts-(ignore|nocheck|expect-error)/, "fix the type instead of silencing it"],
  [/\b(TODO|FIXME|XXX|HACK)\b/, "finish it, or open an issue"],
  [/\b(test|it|describe|suite)\.(only|skip|todo)\b/, "a test runs, or is skipped with a reason"],
  [/biome-ignore/, "follow the rule, or change it for everyone"],
  [/(^|["'`\s(])\/(work|root|home)\//, "no path of a machine belongs in the repository"],
];

/** Every fault in one file, as `path:line: what is wrong`. */
export function tidyFile(path: string, text: string): string[] {
  const faults = new Set<string>();
  const fault = (line: number, what: string): void => {
    faults.add(`${path}:${line}: ${what}`);
  };
  tidyLines(path, text, fault);
  if (!path.endsWith(".ts")) return [...faults];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const lineOf = (node: ts.Node): number =>
    source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const specifier = node.moduleSpecifier;
      if (specifier !== undefined && ts.isStringLiteral(specifier)) {
        const problem = importProblem(path, specifier.text);
        if (problem !== undefined) fault(lineOf(node), problem);
      }
    }
    if (isNamedFunction(node) && !isTest(path)) {
      const length = lineCount(source, node);
      if (length > FUNCTION_LINES_MAX) {
        fault(lineOf(node), `a function must be <= ${FUNCTION_LINES_MAX} lines: it is ${length}`);
      }
    }
    if (isPure(path)) {
      const banned = bannedInPure(node);
      if (banned !== undefined) fault(lineOf(node), banned);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...faults];
}

function tidyLines(path: string, text: string, fault: (line: number, what: string) => void): void {
  const lines = text.split("\n");
  const limit = isTest(path) ? TEST_LINES_MAX : FILE_LINES_MAX;
  const isTable = path.endsWith(".table.ts") || path.endsWith(".gen.ts");
  if (lines.length > limit && !isTable) {
    fault(1, `a file must be <= ${limit} lines: it is ${lines.length}`);
  }
  if (/(^|\/)(utils?|helpers?|misc|common)(\.|\/)/i.test(path)) {
    fault(1, "name a file by its idea, not `utils`");
  }
  for (const [index, line] of lines.entries()) {
    if (line.length > COLUMNS_MAX && !isTable && !line.includes("http")) {
      fault(index + 1, `a line must be <= ${COLUMNS_MAX} columns: it is ${line.length}`);
    }
    if (path.startsWith("tools/tidyFile")) continue; // names the words it bans
    for (const [pattern, advice] of BANNED_ANYWHERE) {
      const found = pattern.exec(line);
      if (found !== null) fault(index + 1, `must not contain "${found[0].trim()}": ${advice}`);
    }
  }
}

/** What is wrong with an import, if anything. Tests and simulations may reach past doors. */
export function importProblem(path: string, specifier: string): string | undefined {
  const room = roomOf(path);
  if (room === undefined) return undefined;
  if (!specifier.startsWith(".")) return packageProblem(path, specifier);
  const target = posix.join(posix.dirname(path), specifier);
  const targetRoom = roomOf(target);
  if (targetRoom === undefined) {
    return isTest(path) ? undefined : `src must not import ${target}`;
  }
  if (targetRoom === room) return undefined;
  if (isTest(path)) return undefined;
  const from = floorOf(room);
  const to = floorOf(targetRoom);
  if (from === undefined) return `room ${room} is not in tools/house.ts`;
  if (to === undefined || to >= from) return `${room} must not import ${targetRoom}`;
  if (OUTSIDE.has(targetRoom) && isPure(path))
    return `${path} is pure and must not import ${targetRoom}`;
  if (!doorsOf(targetRoom).includes(target)) {
    return `import ${targetRoom} through its door, src/${targetRoom}/index.ts`;
  }
  return undefined;
}

function packageProblem(path: string, specifier: string): string | undefined {
  if (!isPure(path) || isTest(path)) return undefined;
  const isWelcome = PURE_PACKAGES.some(
    (name) => specifier === name || specifier.startsWith(`${name}/`),
  );
  return isWelcome ? undefined : `a pure room must not import ${specifier}`;
}

/** The room a path belongs to: `src/dns/name.ts` is in `dns`, `src/main.ts` in `main`. */
export function roomOf(path: string): string | undefined {
  return /^src\/(?:([a-z]+)\/|(main)\.ts$)/.exec(path)?.slice(1).find(Boolean);
}

function isPure(path: string): boolean {
  if (isTest(path)) return false;
  const room = roomOf(path);
  if (room !== undefined && PURE_ROOMS.has(room)) return true;
  return PURE_FOLDERS.some((folder) => path.startsWith(folder));
}

function isTest(path: string): boolean {
  return /\.(test|suite|sim)\.ts$/.test(path) || /(^|\/)suite\.ts$/.test(path);
}

function isNamedFunction(node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node)
  );
}

function lineCount(source: ts.SourceFile, node: ts.Node): number {
  const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
  return source.getLineAndCharacterOfPosition(node.getEnd()).line - first + 1;
}

function bannedInPure(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === "Date") {
    return (node.arguments?.length ?? 0) === 0
      ? "a pure room must not use new Date(): use the Clock port"
      : undefined;
  }
  const isUse =
    ts.isPropertyAccessExpression(node) ||
    (ts.isIdentifier(node) && !ts.isPropertySignature(node.parent) && !isMemberName(node));
  if (!isUse) return undefined;
  const instead = BANNED_IN_PURE.get(node.getText());
  return instead === undefined
    ? undefined
    : `a pure room must not use ${node.getText()}: use ${instead}`;
}

/** True for `process` in `x.process` or `{ process: … }`: such a member is not the global. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.name === node && node.text !== "localeCompare" && node.text !== "toLocaleString";
  }
  return (
    ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isParameter(parent)
  );
}
