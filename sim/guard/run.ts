// Runs simulated worlds of guard: `node sim/guard/run.ts --seeds 10000`, or one of them:
// `--seed 4711`. Ends with 0 where nothing was found, 1 where something did not hold.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { drawScene } from "./drawScene.ts";
import { searchGuard, shrinkScene } from "./search.ts";
import { sceneText } from "./story.ts";
import { runScene } from "./world.ts";

const SEED_MAX = 2 ** 31;
const USAGE = `Usage: node sim/guard/run.ts [--seeds N] [--first S] [--keep-going]
       node sim/guard/run.ts --seed S [--whole]

  --seeds N     worlds to run (default 1000); fresh random seeds unless --first is given
  --first S     the first seed; the others follow it
  --keep-going  lists every seed that fails, instead of ending at the first
  --seed S      one world: runs it twice, compares, and tells its story if it fails
  --whole       with --seed: tells the whole story, failing or not, and shrinks nothing`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1000" },
      first: { type: "string" },
      seed: { type: "string" },
      "keep-going": { type: "boolean", default: false },
      whole: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.seed !== undefined) return replay(wholeOf("seed", values.seed), values.whole);
  const first =
    values.first === undefined ? randomInt(SEED_MAX / 2) : wholeOf("first", values.first);
  const beganMs = performance.now();
  const found = await searchGuard(first, wholeOf("seeds", values.seeds), values["keep-going"]);
  const seconds = (performance.now() - beganMs) / 1000;
  console.log(
    `${found.seeds} worlds from ${first} in ${seconds.toFixed(1)} s: ${found.replies} replies, ` +
      `${found.held} of them while the upstream denied`,
  );
  for (const { seed, violation } of found.failed) {
    console.log(`--seed ${seed}: ${violation?.check}: ${violation?.text}`);
  }
  const [failure] = found.failed;
  if (failure === undefined) return 0;
  return values["keep-going"] ? 1 : replay(failure.seed, false);
}

async function replay(seed: number, isWhole: boolean): Promise<number> {
  const scene = drawScene(seed);
  const result = await runScene(scene);
  const again = await runScene(scene);
  const isSame = result.digest === again.digest;
  console.log(`seed ${seed}: ${result.replies} replies, digest ${result.digest}`);
  console.log(isSame ? "a second run did the same" : `a second run differs: ${again.digest}`);
  const { violation } = result;
  if (violation === undefined) console.log("everything held");
  if (isWhole || violation !== undefined) {
    const small =
      isWhole || violation === undefined ? scene : await shrinkScene(scene, violation.check);
    console.log(sceneText(small));
    await runScene(small, (atMs, line) => console.log(`${(atMs / 1000).toFixed(3)} ${line}`));
  }
  return violation === undefined && isSame ? 0 : 1;
}

function wholeOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= SEED_MAX) return number;
  throw new RangeError(`Cannot take --${name} as it must be a whole number: it is ${text}`);
}

process.exitCode = await main();
