import { ASSUMPTIONS } from "../assumptions.ts";
import {
  type DependentReplay,
  type DesignReplay,
  type Replay,
  type StoryLine,
  secondText,
  spanText,
} from "../replay.ts";
import { answersChart } from "./answersChart.ts";
import { dependentsChart } from "./dependentsChart.ts";
import { enactorKey, generationsChart, raceChart } from "./generationsChart.ts";
import { Markup, markup } from "./markup.ts";
import { STYLE } from "./style.ts";

/** One page with all of a replay in it: no script, nothing loaded from anywhere. */
export function replayPage(replay: Replay): string {
  const { title } = replay;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
${STRIPES}
<main>
${opening(replay)}
${answers(replay)}
${race(replay)}
${generations(replay)}
${dependents(replay)}
${story(replay)}
${method(replay)}
</main>
</body>
</html>
`;
  return page.text;
}

const STRIPES = new Markup(`<svg class="defs" aria-hidden="true"><defs>
<pattern id="stripes" width="8" height="8" patternUnits="userSpaceOnUse"
 patternTransform="rotate(45)"><rect width="8" height="8" style="fill:var(--empty)"/>
<rect width="3" height="8" style="fill:var(--empty-stripe)"/></pattern></defs></svg>`);

function opening(replay: Replay): Markup {
  const [then, ours] = replay.designs;
  const other =
    then.emptyMs > 0
      ? undefined
      : markup`<p><strong>In this run of chance the race did not come about</strong>: what is said
of it below is about other seeds. Leave the seed out to see it.</p>`;
  return markup`<header><h1>${replay.title}</h1>
<p class="lead">One delayed enactor, one race, one clean-up: the same schedule, run against the
design that failed and against Holdfast. Both are real code in a simulated world; all times are
those of the event, UTC.</p>${other}</header>
<div class="sides">${side(then, "then")}${side(ours, "ours")}</div>`;
}

function side(design: DesignReplay, kind: "then" | "ours"): Markup {
  const big = design.emptyMs === 0 ? "never empty" : `empty for ${spanText(design.emptyMs)}`;
  const facts: readonly (readonly [string, string])[] = [
    ["Plans that reached the name", String(design.applied)],
    ["Went back to an older plan", timesText(design.backwards)],
    ["Writes that DNS refused", String(refusals(design))],
  ];
  const rows = facts.map(([name, value]) => {
    return markup`<div class="row"><dt>${name}</dt><dd>${value}</dd></div>`;
  });
  return markup`<section class="side ${kind}"><h2>${design.title}</h2>
<p class="big">${big}</p><dl>${rows}</dl></section>`;
}

function answers(replay: Replay): Markup {
  const moments = replay.event.map(({ atMs, text }) => {
    return markup`<li><strong class="three">${secondText(atMs).slice(0, 5)}</strong> ${text}</li>`;
  });
  return markup`<section><h2>What ${replay.endpoint} answered</h2>
<p>Behind the name were enough healthy load balancers all the time. Only DNS went wrong.</p>
<figure>${answersChart(replay)}
<figcaption>The numbers are moments of the real event:</figcaption></figure>
<ol class="moments">${moments}</ol></section>`;
}

function race(replay: Replay): Markup {
  const [then, ours] = replay.designs;
  return markup`<section><h2>The race, second by second</h2>
<p>An enactor that was held up comes back with an old plan. In the design of 2025 it had checked
that its plan was new <em>before</em> it started, and writes; then the clean-up of another enactor
deletes that old plan, with every address of the name. In Holdfast the check is part of the write:
what the late enactor sends is refused by DNS itself.</p>
<figure>${raceChart(replay, then)}</figure><figure>${raceChart(replay, ours)}
${enactorKey(replay)}</figure></section>`;
}

function generations(replay: Replay): Markup {
  const [then, ours] = replay.designs;
  return markup`<section><h2>Which plan the name answered from</h2>
<p>Once the plan that the name pointed at was gone, no enactor could repair it: each update had to
point the rollback record at the current plan, and there was none. New plans came and stayed
outside, until people put records in place by hand.</p>
<figure>${generationsChart(replay, then)}</figure>
<figure>${generationsChart(replay, ours)}
<figcaption>Dashed: the newest plan. Solid: the plan that the name answers from.</figcaption>
</figure></section>`;
}

function dependents(replay: Replay): Markup {
  const { "2025": then, holdfast } = replay.negativeTtlSeconds;
  return markup`<section><h2>Those who depended on it</h2>
<p>One model of caching, connections and retries, three kinds of clients. A resolver keeps a good
answer ${spanText(1000 * replay.positiveTtlSeconds)}, and "there is no address"
${spanText(1000 * then)} in the zone of 2025, ${spanText(1000 * holdfast)} at most in ours. The
same thousand clients are followed under both designs.</p>
<ul class="keys"><li><span class="swatch then" aria-hidden="true"></span>
${replay.designs[0].title}</li><li><span class="swatch ours" aria-hidden="true"></span>
${replay.designs[1].title}</li></ul>
${replay.dependents.map((one) => dependentFigure(replay, one))}</section>`;
}

function dependentFigure(replay: Replay, one: DependentReplay): Markup {
  const lost = one.curves.map(({ design, hoursLost }) => {
    const title = replay.designs.find(({ id }) => id === design)?.title ?? design;
    return `${title}: ${lostText(hoursLost)}`;
  });
  return markup`<h3>${one.dependent.title}</h3><p class="soft">${one.dependent.text}</p>
<figure>${dependentsChart(replay, one)}
<figcaption>Use that was not served, as hours of a complete outage. ${lost.join("; ")}.
</figcaption></figure>`;
}

function story(replay: Replay): Markup {
  const [then, ours] = replay.designs;
  const rows = storyRows(replay).map(({ time, lines }) => {
    const [left, right] = lines;
    return markup`<tr><th scope="row">${time}</th>
<td class="then">${cell(then.title, "then", left)}</td>
<td class="ours">${cell(ours.title, "ours", right)}</td></tr>`;
  });
  return markup`<section class="story"><h2>The story, side by side</h2>
<table><thead><tr><th scope="col">UTC</th><th scope="col" class="then">${then.title}</th>
<th scope="col" class="ours">${ours.title}</th></tr></thead><tbody>${rows}</tbody></table>
</section>`;
}

function cell(title: string, kind: string, lines: readonly StoryLine[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  const paragraphs = lines.map(({ who, text, weight }) => {
    return markup`<p class="${weight}"><span class="who">${who}</span> ${text}</p>`;
  });
  return markup`<span class="only-narrow name-${kind}">${title}</span>${paragraphs}`;
}

/** The lines of both designs in one order of time; those of one second share a row. */
function storyRows({ designs }: Replay) {
  const seconds = new Map<number, readonly [StoryLine[], StoryLine[]]>();
  for (const [place, { story: lines }] of designs.entries()) {
    for (const line of lines) {
      const second = Math.floor(line.atMs / 1000);
      const row = seconds.get(second) ?? [[], []];
      seconds.set(second, row);
      row[place === 0 ? 0 : 1].push(line);
    }
  }
  const ordered = [...seconds].sort(([left], [right]) => left - right);
  return ordered.map(([second, lines]) => ({ time: secondText(second * 1000), lines }));
}

function method(replay: Replay): Markup {
  const command = `holdfast drill ${replay.id} --seed ${replay.seed} --html replay.html`;
  return markup`<section><h2>What is real here, and what is not</h2>
<p>Ours is the code that ships: planner, plan store, enactors and their fence table, with simulated
clock, network and disks below them. The other is a faithful implementation of what the operator of
the failed system published: a freshness check made once, before starting; a lock record; plan
versions as trees of records; a rollback record; a clean-up of plans that are significantly older.
Real are also the numbered moments of the event. Both designs run over the same kind of DNS
server, which knows nothing of either.</p>
<p>Not published, and assumed here:</p>
<ul class="assumed">${ASSUMPTIONS.map((text) => markup`<li>${text}</li>`)}</ul>
<p>The curves of dependents are a model, not a measurement. Its parameters are the sentences above
each of them.</p>
<p>Run it yourself; one seed gives one run:</p>
<pre><code>${command}</code></pre></section>
<footer><p>Made by Holdfast from seed ${replay.seed}. Sources of the event: the operator's
post-event summary (message 101925) and its conference talk of December 2025 (DAT453).</p>
</footer>`;
}

function refusals({ writes }: DesignReplay): number {
  return writes.filter(({ outcome }) => outcome === "refused").length;
}

function timesText(count: number): string {
  if (count === 0) return "never";
  return count === 1 ? "once" : `${count} times`;
}

function lostText(hours: number): string {
  return hours < 0.02 ? "none" : `${hours.toFixed(1)} h`;
}
