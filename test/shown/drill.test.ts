// The event, replayed from the command line, and its page in a real browser.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { needs } from "../peers.ts";
import { holdfast, type Ran } from "./tools.ts";

/** WCAG 2.2, level AA, for text. */
const CONTRAST_MIN = 4.5;
const LEGIBLE_PX_MIN = 10.5;
const VIEWPORTS = [
  { name: "phone", width: 360, height: 740, chart: "narrow" },
  { name: "desktop", width: 1280, height: 900, chart: "wide" },
] as const;

describe("holdfast drill aws-2025-10-20", needs("chromium"), () => {
  const folder = mkdtempSync(join(tmpdir(), "hf-drill-"));
  const file = join(folder, "replay.html");
  let ran: Ran;
  let browser: Browser;

  before(async () => {
    ran = await holdfast(undefined, "drill", "aws-2025-10-20", "--html", file);
    const args = ["--no-sandbox", "--disable-gpu"];
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
  });

  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows the design of 2025 emptied and stuck, and ours holding, under one schedule", () => {
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /2025 +enactor-az1 puts plan \d+ over plan \d+: .* goes back/);
    assert.match(ran.stdout, /2025 +enactor-az\d deletes the records that .* no address is left/);
    assert.match(ran.stdout, /cannot apply plan \d+ .* the rollback record must point at it/);
    assert.match(ran.stdout, /09:25:\d\d +2025 +a person puts records in place/);
    assert.match(
      ran.stdout,
      /holdfast +enactor-az1 sent plan \d+ .* DNS refused it: the name has moved on/,
    );
    assert.match(ran.stdout, /holds {2}Holdfast's name is never empty/);
    assert.match(ran.stdout, /holds {2}Holdfast's name never goes back to an older plan/);
    assert.match(ran.stdout, /holds {2}What the late enactor sent .*: plan \d+ of enactor-az1/);
    assert.match(ran.stdout, /empty for 2 h 3\d min/);
    assert.doesNotMatch(ran.stdout, /FAILS/);
  });

  it("writes one file that needs nothing else", () => {
    const page = readFileSync(file, "utf8");
    assert.doesNotMatch(page, /<script|<link rel="stylesheet"|@import|https?:\/\//);
    assert.match(page, /assumed here.*significantly older.*seed \d+ is the first of those/s);
    assert(page.length < 2_000_000, `${page.length} characters`);
  });

  for (const viewport of VIEWPORTS) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`reads well on a ${viewport.name}, ${colorScheme}`, async () => {
        const { name: _, chart, ...size } = viewport;
        const context = await browser.newContext({ viewport: size, colorScheme, offline: true });
        const page = await context.newPage();
        const requested: string[] = [];
        page.on("request", (request) => void requested.push(request.url()));
        await page.goto(pathToFileURL(file).href);
        const elsewhere = requested.filter((url) => !/^(file|data):/.test(url));
        assert.deepEqual(elsewhere, [], "nothing is asked for elsewhere");
        assert.equal(await number(page, SCROLL_WIDTH), size.width, "nothing scrolls sideways");
        assert.deepEqual(await page.evaluate(FAINT), [], "every text has contrast");
        assert(await page.locator("h1").isVisible());
        assert(await page.locator("ol.moments").getByText("09:25").isVisible());
        assert((await page.locator(`svg.${chart}:visible`).count()) >= 8);
        const other = chart === "wide" ? "narrow" : "wide";
        assert.equal(await page.locator(`svg.${other}:visible`).count(), 0);
        assert.equal(await page.locator("svg.chart > title").count(), 16, "each chart has a title");
        assert((await number(page, SMALLEST_TEXT)) >= LEGIBLE_PX_MIN);
        const [paper, ink] = await Promise.all([number(page, PAPER), number(page, INK)]);
        assert.equal(paper > ink, colorScheme === "light", "the scheme asked for");
        await context.close();
      });
    }
  }
});

async function number(page: Page, expression: string): Promise<number> {
  const found: unknown = await page.evaluate(expression);
  assert(typeof found === "number", expression);
  return found;
}

// Expressions for the browser: this side knows no document.
const SCROLL_WIDTH = "document.documentElement.scrollWidth";
const LUMINANCE = `((color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
})`;
const PAPER = `${LUMINANCE}(getComputedStyle(document.body).backgroundColor)`;
const INK = `${LUMINANCE}(getComputedStyle(document.body).color)`;
/** Smallest height of letters in any chart that is shown, in pixels of the screen. */
const SMALLEST_TEXT = `Math.min(...[...document.querySelectorAll("svg.chart text")]
  .filter((text) => text.getClientRects().length > 0)
  .map((text) => parseFloat(getComputedStyle(text).fontSize) *
    text.ownerSVGElement.getBoundingClientRect().width /
    text.ownerSVGElement.viewBox.baseVal.width))`;
/** Texts whose colour is too near to that of what they stand on. */
const FAINT = `(() => {
  const luminance = ${LUMINANCE};
  const under = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!/, 0\\)$|transparent/.test(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  const look = (element, color) => {
    const [one, two] = [luminance(color), luminance(under(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < ${CONTRAST_MIN}) faint.push(element.textContent.slice(0, 40) + " " + ratio);
  };
  for (const element of document.querySelectorAll("h1,h2,h3,p,li,dt,dd,th,td,figcaption,code")) {
    if (element.getClientRects().length > 0) look(element, getComputedStyle(element).color);
  }
  for (const text of document.querySelectorAll("svg.chart text:not(.on-bar)")) {
    if (text.getClientRects().length > 0) look(text.ownerSVGElement.parentElement,
      getComputedStyle(text).fill);
  }
  return faint;
})()`;
