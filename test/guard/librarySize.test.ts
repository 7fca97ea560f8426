// "A few kilobytes, tree-shakeable": what an application that bundles the library gets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DOOR = "./src/guard/library/index.ts";
/** Octets of the whole, minified and compressed: look for what came in before raising it. */
const WHOLE_OCTETS_MAX = 24_000;
/** The default policy alone: a table. */
const POLICY_OCTETS_MAX = 300;
/** Rooms whose code may be in it. */
const ROOMS = /^src\/(base|dns|platform|guard\/(library|machine|upstream))\//;

async function bundled(
  source: string,
): Promise<{ readonly octets: number; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: ROOT },
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
    metafile: true,
    absWorkingDir: ROOT,
  });
  const [file] = outputFiles;
  assert.ok(file !== undefined);
  return { octets: gzipSync(file.contents, { level: 9 }).length, metafile };
}

test("the library is a few kilobytes, and whoever takes a part of it gets less", async () => {
  const whole = await bundled(`export * from "${DOOR}";`);
  console.log(`the library, minified and compressed: ${whole.octets} octets`);
  assert.ok(whole.octets <= WHOLE_OCTETS_MAX, `${whole.octets} octets`);
  const policy = await bundled(`export { DEFAULT_POLICY } from "${DOOR}";`);
  console.log(`DEFAULT_POLICY alone: ${policy.octets} octets`);
  assert.ok(policy.octets <= POLICY_OCTETS_MAX, `${policy.octets} octets`);
});

test("the library needs nothing but Node, and of Holdfast no more than it is made of", async () => {
  const { metafile } = await bundled(`export * from "${DOOR}";`);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  assert.deepEqual(
    imports.map(({ path }) => path).filter((path) => !path.startsWith("node:")),
    [],
  );
  const files = Object.keys(metafile.inputs).filter((path) => path !== "<stdin>");
  assert.deepEqual(
    files.filter((path) => !ROOMS.test(path)),
    [],
  );
  // Without a bundler they are loaded one by one: the tables of all types are not among them.
  assert.ok(!files.some((path) => path.includes("rdata")), files.join(" "));
});
