import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { pathText } from "./documentPath.ts";
import { walkJson } from "./jsonWalk.ts";

it("walkJson() comes by every value where it stands, whatever the document", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 2), (json, indent) => {
      const document: unknown = JSON.parse(json);
      const text = JSON.stringify(document, null, indent);
      const seen = new Map<string, unknown>();
      walkJson(text, {
        value: (path, offset) => {
          seen.set(JSON.stringify(path), firstValue(text.slice(offset)));
        },
      });
      const expected = new Map<string, unknown>();
      collect(document, [], expected);
      assert.deepEqual(seen, expected);
    }),
    { numRuns: 300 },
  );
});

it("walkJson() tells of keys that come twice, in the same object only", () => {
  const repeated: string[] = [];
  walkJson('{"a":{"x":1},"b":[{"x":1},{"x":2,"x\\u0022":3,"x":4}],"\\u0061":0}', {
    repeatedKey: (path) => void repeated.push(pathText(path)),
  });
  assert.deepEqual(repeated, ["b[1].x", "a"]);
});

/** The value that a text begins with: cut back until it parses. */
function firstValue(text: string): unknown {
  for (let end = 1; end <= text.length; end += 1) {
    // A number must not be cut in its middle.
    if (/[-+.0-9eE]/.test(text.charAt(end - 1)) && /[-+.0-9eE]/.test(text.charAt(end))) continue;
    try {
      return JSON.parse(text.slice(0, end));
    } catch {
      // not whole yet
    }
  }
  throw new Error("Cannot find a value as the text must begin with one");
}

function collect(value: unknown, path: (string | number)[], into: Map<string, unknown>): void {
  into.set(JSON.stringify(path), value);
  if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) collect(part, [...path, index], into);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) collect(part, [...path, key], into);
  }
}
