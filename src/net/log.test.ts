import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { openLog, stderrFormat, textLine } from "./log.ts";

test("openLog() writes one JSON object a line with process, message and facts", () => {
  const lines: string[] = [];
  const log = openLog("planner", "json", { write: (line) => void lines.push(line) });
  log.info("started", { generation: 4, note: undefined });
  log.error("broken");
  assert.equal(lines.length, 2);
  const { process, msg, generation, level } = JSON.parse(lines[0] ?? "");
  assert.deepEqual(
    { process, msg, generation, level },
    {
      process: "planner",
      msg: "started",
      generation: 4,
      level: 30,
    },
  );
  assert.equal(JSON.parse(lines[1] ?? "").level, 50);
});

test("openLog() writes lines for people when asked for text", () => {
  const lines: string[] = [];
  const log = openLog("planner", "text", { write: (line) => void lines.push(line) });
  log.warn("late", { lagMs: 12, note: undefined });
  assert.match(lines.join(""), /^\d\d:\d\d:\d\d\.\d{3} planner warning: late \(lagMs=12\)\n$/);
});

test("textLine() shows control characters instead of obeying them", () => {
  const line = textLine(new Date(0), "", "x", "a\nb\u001b[31m", {});
  assert.equal(line.indexOf("\n"), line.length - 1);
  assert.ok(line.includes("a\\nb\\u001b[31m"));
});

test("stderrFormat() obeys HOLDFAST_LOG and ignores what it does not know", () => {
  assert.equal(stderrFormat("text"), "text");
  assert.equal(stderrFormat("json"), "json");
  assert.equal(stderrFormat("loud"), stderrFormat(undefined));
});

test("a log whose reader never reads neither blocks the process nor its end", async () => {
  const code = `
    import { openLog } from ${JSON.stringify(new URL("./log.ts", import.meta.url).href)};
    const log = openLog("x", "json");
    for (let line = 0; line < 20_000; line += 1) log.info("x".repeat(500));
    process.exit(7);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
  assert.deepEqual(await once(child, "exit"), [7, null]);
});
