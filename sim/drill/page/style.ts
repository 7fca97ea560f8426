/** The page's one stylesheet: no fonts, no pictures, nothing from elsewhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --raised: #ffffff; --ink: #1b1f24; --soft: #565d66; --line: #d9d6ce;
  --then: #b3350f; --ours: #07705f; --older: #8a5a00; --older-bar: #f2b93b;
  --empty: #c2381a; --empty-stripe: #8f2208; --good: #0e8a74; --on-good: #ffffff;
  --on-older: #2b1c00; --on-empty: #ffffff; --newest: #7d8590;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b; --raised: #1a2027; --ink: #e9edf1; --soft: #a5afba; --line: #333c46;
    --then: #ff9166; --ours: #53d6ba; --older: #f0bd55; --older-bar: #d39a1e;
    --empty: #b53a1c; --empty-stripe: #7d2108; --good: #17705f; --on-good: #ffffff;
    --on-older: #1d1300; --on-empty: #ffffff; --newest: #8b96a3;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 960px; margin: 0 auto; padding: 40px 40px 80px; }
h1 { font-size: 2.1rem; line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 12px; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 56px 0 8px; letter-spacing: -0.01em; }
h3 { font-size: 1.05rem; margin: 28px 0 4px; }
p { margin: 0 0 12px; max-width: 68ch; }
.lead { font-size: 1.15rem; color: var(--soft); max-width: 60ch; }
.soft, figcaption { color: var(--soft); }
figcaption { font-size: .9rem; margin-top: 6px; max-width: 68ch; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 14px; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 12px; }
figure { margin: 16px 0; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; margin: 28px 0 0; }
.side { background: var(--raised); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 20px; border-top: 4px solid; }
.side.then { border-top-color: var(--then); }
.side.ours { border-top-color: var(--ours); }
.side h2 { margin: 0 0 10px; font-size: 1.05rem; }
.side dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 4px 14px; }
.side dt { color: var(--soft); }
.side dd { margin: 0; font-weight: 650; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.side .row { display: contents; }
svg.defs { position: absolute; width: 0; height: 0; }
.big { font-size: 2rem; font-weight: 700; letter-spacing: -0.02em; line-height: 1.1;
  margin: 0 0 12px; }
.then .big { color: var(--then); }
.ours .big { color: var(--ours); }
svg.chart { display: block; width: 100%; height: auto; }
svg.narrow { display: none; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
svg .axis { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
svg .label { font-weight: 650; font-size: 14px; paint-order: stroke; stroke: var(--paper);
  stroke-width: 5px; stroke-linejoin: round; }
svg .label.d2025 { fill: var(--then); }
svg .label.dholdfast { fill: var(--ours); }
.tick { stroke: var(--soft); stroke-width: 1; }
.rule { stroke: var(--line); stroke-width: 1; }
.moment { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 4; }
.moment-dot { fill: var(--paper); stroke: var(--soft); }
svg .moment-number { font-size: 11px; font-weight: 650; }
.bar.current { fill: var(--good); }
.bar.older { fill: var(--older-bar); }
.bar.empty { fill: url(#stripes); }
.bar.faint { opacity: .22; }
svg .on-bar { font-weight: 650; }
svg .on-bar.current { fill: var(--on-good); }
svg .on-bar.older { fill: var(--on-older); }
svg .on-bar.empty { fill: var(--on-empty); paint-order: stroke; stroke: var(--empty-stripe);
  stroke-width: 3px; }
svg .empty-word { fill: var(--then); font-weight: 650; }
.line { fill: none; stroke-width: 2.25; stroke-linejoin: round; }
.line.newest { stroke: var(--newest); stroke-width: 1.5; stroke-dasharray: 4 3; }
.line.d2025 { stroke: var(--then); }
.line.dholdfast { stroke: var(--ours); }
.line.held { stroke-width: 2.5; }
.mark { stroke: var(--ink); stroke-width: 1.5; fill: var(--ink); }
.mark.refused { fill: var(--paper); }
svg .note { font-size: 12px; font-weight: 650; paint-order: stroke; stroke: var(--paper);
  stroke-width: 4px; }
.keys { list-style: none; padding: 0; margin: 8px 0 0; display: flex; flex-wrap: wrap;
  gap: 4px 20px; font-size: .9rem; color: var(--soft); }
.keys li { display: flex; align-items: center; gap: 7px; }
svg.key { width: 16px; height: 16px; flex: none; }
.swatch { width: 22px; height: 0; border-top: 2.5px solid var(--ink); }
.swatch.newest { border-top: 2px dashed var(--newest); }
.swatch.then { border-color: var(--then); }
.swatch.ours { border-color: var(--ours); }
ol.moments { columns: 2; column-gap: 32px; padding-left: 1.4em; font-size: .95rem; }
ul.assumed { max-width: 68ch; padding-left: 1.2em; margin: 0 0 12px; }
ul.assumed li { margin-bottom: 6px; }
ol.moments li { break-inside: avoid; margin-bottom: 4px; padding-left: 4px; }
ol.moments li::marker { font-weight: 650; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: 8px 12px 8px 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid var(--line); }
th[scope=row] { font-weight: 500; white-space: nowrap; color: var(--soft); width: 5.5em;
  font-variant-numeric: tabular-nums; }
td p { margin: 0 0 4px; }
.who { font-weight: 650; }
.turn { font-weight: 550; }
th.then, .name-then { color: var(--then); }
th.ours, .name-ours { color: var(--ours); }
td .only-narrow { display: none; }
.three { font-variant-numeric: tabular-nums; }
footer { margin-top: 64px; padding-top: 16px; border-top: 1px solid var(--line);
  color: var(--soft); font-size: .9rem; }
@media (max-width: 700px) {
  main { padding: 24px 16px 56px; }
  h1 { font-size: 1.65rem; }
  h2 { margin-top: 44px; }
  .sides { grid-template-columns: 1fr; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
  ol.moments { columns: 1; }
  .story thead { display: none; }
  .story tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  .story th, .story td { display: block; border: 0; padding: 0; width: auto; }
  .story td:empty { display: none; }
  .story td { padding: 4px 0 2px 12px; border-left: 3px solid; margin: 4px 0; }
  .story td.then { border-left-color: var(--then); }
  .story td.ours { border-left-color: var(--ours); }
  td .only-narrow { display: block; font-size: .8rem; }
}
@media print { body { background: #fff; } svg.narrow { display: none; } }
`;
