/** The style of the page, light and dark. It uses system fonts, because the page loads nothing. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f3ef; --card: #ffffff; --text: #22252b; --soft: #5b616c; --line: #dcdad3; --code: #f1f0eb;
  --accent: #2f5d8c; --good: #1f6b45; --good-ground: #e6f2ea; --bad: #9b2c22; --bad-ground: #fbeae7; --neutral-ground: #eceff3;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #15171b; --card: #1d2026; --text: #e5e7eb; --soft: #a3aab6; --line: #343942; --code: #15181d;
    --accent: #8db8e6; --good: #84d3a8; --good-ground: #16291f; --bad: #f2a79d; --bad-ground: #331c1a; --neutral-ground: #242a33;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
footer { padding-bottom: 2rem; }
header p, footer p, .note { color: var(--soft); }
.note, footer p { font-size: .875rem; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
header p { margin: .25rem 0 1.25rem; }
h2 { margin: 0 0 .75rem; font-size: 1.1rem; }
h3 { margin: 1rem 0 .25rem; font-size: .9rem; }
p { margin: .5rem 0; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
section { min-width: 0; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { max-height: 24rem; margin: .25rem 0; padding: .75rem; overflow: auto; background: var(--code); border: 1px solid var(--line); border-radius: .5rem; }
pre code { font-size: .8125rem; overflow-wrap: normal; }
.bad { color: var(--bad); }
#changed { margin: 0; padding: .75rem 1.25rem; border: 1px solid var(--accent); border-radius: .75rem; background: var(--card); }
.verdict.good { background: var(--good-ground); border-color: var(--good); }
.verdict.bad { background: var(--bad-ground); border-color: var(--bad); color: inherit; }
.verdict.neutral { background: var(--neutral-ground); }
.verdict h2 { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; font-size: 1.35rem; }
.verdict .label { color: var(--soft); font-size: .875rem; font-weight: 400; }
.verdict.good strong { color: var(--good); }
.verdict.bad strong { color: var(--bad); }
.verdict > :last-child { margin-bottom: 0; }
dl { margin: 0; }
dl div { padding: .4rem 0; border-top: 1px solid var(--line); }
dl div:first-child { border-top: 0; }
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0; overflow-wrap: anywhere; }
dd .note { display: block; }
.tags { display: flex; flex-wrap: wrap; gap: .35rem; padding: 0; list-style: none; }
.tags li { padding: 0 .5rem; background: var(--code); border: 1px solid var(--line); border-radius: .4rem; }
.far { color: var(--soft); white-space: nowrap; }
.size { margin-bottom: .75rem; }
.size label { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.size label span { color: var(--soft); }
meter, progress { display: block; width: 100%; height: .75rem; accent-color: var(--accent); }
.left { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .35rem .5rem .35rem 0; border-top: 1px solid var(--line); text-align: left; font-weight: 400; vertical-align: top; overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--soft); font-size: .875rem; }
td { width: 45%; }
.bar { display: block; width: 100%; height: .35rem; fill: var(--accent); }
.timeline { margin: 1rem 0; padding: 0; list-style: none; }
.timeline li { position: relative; display: grid; padding: 0 0 1.1rem 1.75rem; }
.timeline li::before { content: ""; position: absolute; left: 0; top: .35rem; z-index: 1; width: .8rem; height: .8rem; border: 2px solid var(--accent); border-radius: 50%; background: var(--card); }
.timeline li::after { content: ""; position: absolute; left: .35rem; top: .75rem; bottom: -.35rem; width: 2px; background: var(--line); }
.timeline li:last-child::after { display: none; }
.timeline .past::before, .timeline .now::before { background: var(--accent); }
.timeline .past::after { background: var(--accent); }
.timeline .when { font-size: .9375rem; }
.timeline .now strong { color: var(--accent); }
.timeline .now::before { box-shadow: 0 0 0 4px var(--line); }
.part { padding: .25rem 0 .75rem; border-top: 1px solid var(--line); }
.part h3 { margin-top: .5rem; }
.value { margin: 0; }
.masked { margin: 0 .5rem 0 .1rem; color: var(--soft); letter-spacing: .1em; }
.events { margin: .5rem 0; padding: 0; list-style: none; }
.events li { display: grid; gap: 0 1rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.events code { color: var(--accent); }
@media (min-width: 60rem) {
  main { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  main > p, .verdict, .wide { grid-column: 1 / -1; }
  dl div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 1rem; }
  dt { font-size: inherit; }
  .columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 2rem; }
  .columns h3:first-child { margin-top: 0; }
  .timeline { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); }
  .timeline li { align-content: start; padding: 1.6rem 1rem 0 0; }
  .timeline .when { font-size: .8125rem; }
  .timeline .far { display: block; }
  .timeline li::before { top: 0; }
  .timeline li::after { left: .8rem; right: 0; top: .33rem; bottom: auto; width: auto; height: 2px; }
  .events li { grid-template-columns: 9rem minmax(0, 1fr) auto; }
}
@media print { :root { color-scheme: light; } }
@media (forced-colors: active) {
  .timeline .past::before, .timeline .now::before { background: CanvasText; forced-color-adjust: none; }
}
@media (prefers-reduced-motion: no-preference) {
  .events .fresh { animation: appear .4s ease-out; }
  @keyframes appear { from { opacity: 0; } }
}
`;
