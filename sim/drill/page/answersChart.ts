import { type AnswerSpan, clockText, type DesignReplay, type Replay, spanText } from "../replay.ts";
import { chart, type Size, timeAxis, timeScale } from "./frame.ts";
import { type Markup, markup } from "./markup.ts";

const MARKS_Y = 12;
const ROWS_Y = 40;
const ROW_STEP = 74;
const BAR_Y = 22;
const BAR_HEIGHT = 30;

/** What the name answered, as one bar of time for each design, with the event's own moments. */
export function answersChart(replay: Replay): Markup {
  const described = {
    id: "answers",
    title: `What ${replay.endpoint} answered`,
    description: replay.designs.map((design) => sentence(replay, design)).join(" "),
  };
  return chart(described, (size) => {
    const scale = timeScale(size, replay.startMs, replay.endMs);
    const bottom = ROWS_Y + ROW_STEP * replay.designs.length;
    const marks = replay.event.map(({ atMs }, index) => {
      const x = scale(atMs);
      return markup`<line class="moment" x1="${x}" x2="${x}" y1="${MARKS_Y + 9}" y2="${bottom}"/>
<circle class="moment-dot" cx="${x}" cy="${MARKS_Y}" r="9"/>
<text class="moment-number" x="${x}" y="${MARKS_Y + 4}" text-anchor="middle">${index + 1}</text>`;
    });
    const rows = replay.designs.map((design, row) => {
      const y = ROWS_Y + row * ROW_STEP;
      const bars = spansOf(design.spans, replay.endMs).map(({ span, untilMs }) =>
        bar(span, scale(span.atMs), scale(untilMs), y + BAR_Y, size),
      );
      return markup`<text class="label d${design.id}" x="${size.left}" y="${y + 14}">
${design.title}</text>${bars}`;
    });
    const body = markup`${marks}${rows}${timeAxis(size, scale, bottom)}`;
    return { height: bottom + 24, body };
  });
}

/** One sentence about what a design's name answered; also for the terminal. */
export function sentence({ endpoint }: Replay, design: DesignReplay): string {
  if (design.emptyMs > 0) {
    return `${design.title}: ${endpoint} was empty for ${spanText(design.emptyMs)}.`;
  }
  return `${design.title}: ${endpoint} answered all the time.`;
}

/** Neighbours that say the same are one. */
function spansOf(spans: readonly AnswerSpan[], endMs: number) {
  const kept: AnswerSpan[] = [];
  for (const span of spans) if (kept.at(-1)?.state !== span.state) kept.push(span);
  return kept.map((span, index) => ({ span, untilMs: kept[index + 1]?.atMs ?? endMs }));
}

function bar(span: AnswerSpan, from: number, to: number, y: number, size: Size): Markup {
  const width = Math.max(2, to - from);
  const isRoomy = width > (size.id === "wide" ? 90 : 60);
  const text = { current: "answers", older: "an older plan", empty: "empty: no addresses" };
  const word = isRoomy
    ? markup`<text class="on-bar ${span.state}" x="${from + width / 2}" y="${y + 20}"
 text-anchor="middle">${text[span.state]}</text>`
    : undefined;
  return markup`<rect class="bar ${span.state}" x="${from}" y="${y}" width="${width}"
 height="${BAR_HEIGHT}" rx="2"><title>from ${clockText(span.atMs)}: ${text[span.state]}</title>
</rect>${word}`;
}
