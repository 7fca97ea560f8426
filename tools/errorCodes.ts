// Finds every error code in the sources, and every one in docs/errors.md. A test compares them.
import ts from "typescript";

/** One coded fault: the union it belongs to (such as `StoreFault`) and its code. */
export interface FaultCode {
  readonly union: string;
  readonly code: string;
}

/** The codes of every `export type …Fault = | { readonly code: "…" } …` in one file. */
export function faultCodes(path: string, text: string): readonly FaultCode[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  return source.statements
    .filter(ts.isTypeAliasDeclaration)
    .filter((alias) => alias.name.text.endsWith("Fault"))
    .flatMap((alias) => codesIn(alias.type).map((code) => ({ union: alias.name.text, code })));
}

function codesIn(node: ts.Node): readonly string[] {
  if (ts.isPropertySignature(node) && node.name.getText() === "code" && node.type !== undefined) {
    const members: readonly ts.TypeNode[] = ts.isUnionTypeNode(node.type)
      ? node.type.types
      : [node.type];
    return members
      .filter(ts.isLiteralTypeNode)
      .map((member) => member.literal)
      .filter(ts.isStringLiteral)
      .map((literal) => literal.text);
  }
  const codes: string[] = [];
  ts.forEachChild(node, (child) => {
    codes.push(...codesIn(child));
  });
  return codes;
}

/** The codes of the catalogue: rows `| code | meaning | what to do |` below `## Union` headings. */
export function cataloguedCodes(markdown: string): readonly FaultCode[] {
  let union = "";
  const codes: FaultCode[] = [];
  for (const line of markdown.split("\n")) {
    const heading = /^## (\w+Fault)\b/.exec(line)?.[1];
    if (heading !== undefined) union = heading;
    const code = /^\| `([a-z0-9-]+)` \|/.exec(line)?.[1];
    if (code !== undefined) codes.push({ union, code });
  }
  return codes;
}
