/** A campaign's own page. */
export const CAMPAIGN = `
.head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 1rem 2rem; }
.head > :first-child { min-width: 0; flex: 1 1 22rem; display: grid; gap: 0.6rem; }
.says { max-width: 46rem; color: var(--soft); overflow-wrap: anywhere; }
.actions { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: start; }
.actions details { position: relative; }
.actions summary { list-style: none; }
.actions summary::-webkit-details-marker { display: none; }
.actions details[open] > summary:not(.main) { background: var(--sunk); }
.actions details > form { position: absolute; right: 0; z-index: 1; width: min(22rem, calc(100vw - 2rem)); margin-top: 0.4rem; display: grid; gap: 0.8rem; padding: 1rem; border: 1px solid var(--edge); border-radius: var(--round); background: var(--card); box-shadow: 0 12px 32px rgb(0 0 0 / 18%); }
@media (max-width: 44rem) {
  .actions { width: 100%; }
  .actions > * { flex: 1 1 5.5rem; }
  .actions > form > button, .actions summary, .actions > .button { width: 100%; padding-inline: 0.5rem; }
  .actions details[open] { flex-basis: 100%; order: 1; }
  .actions details > form { position: static; width: 100%; box-shadow: none; }
}
.hero { display: grid; gap: 1.1rem; }
.done { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 0.6rem; }
.done strong { font-size: clamp(1.9rem, 1.5rem + 2vw, 2.6rem); line-height: 1.1; font-weight: 620; letter-spacing: -0.03em; }
.done .percent { margin-left: auto; font-size: 1.25rem; font-weight: 600; }
.hero .bar { height: 1.1rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.35rem 1.4rem; font-size: 0.9375rem; }
.legend li { display: inline-flex; align-items: center; gap: 0.45rem; }
.legend b { font-weight: 640; }
.dot { width: 0.7rem; height: 0.7rem; border-radius: 3px; }
.dot rect { width: 100%; height: 100%; }
.in-pending { fill: var(--track); stroke: var(--edge); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem 1.5rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
.figures dt { font-size: 0.875rem; color: var(--soft); }
.figures dd { font-size: 1.25rem; font-weight: 600; letter-spacing: -0.012em; }
.figures dd small { display: block; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.two { display: grid; gap: clamp(1rem, 2.5vw, 1.5rem); grid-template-columns: minmax(0, 1fr); }
@media (min-width: 58rem) { .two { grid-template-columns: minmax(0, 2fr) minmax(15rem, 1fr); } }
.card > h2 { margin-bottom: 0.9rem; }
.between { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0.25rem 1rem; margin-bottom: 0.9rem; }

.chart { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.3rem 0.6rem; font-size: 0.8125rem; color: var(--soft); }
.chart svg { display: block; width: 100%; height: 11rem; grid-column: 2; overflow: visible; }
.chart .scale { display: flex; flex-direction: column; justify-content: space-between; align-items: end; margin-block: -0.6rem; }
.chart .span { grid-column: 2; display: flex; justify-content: space-between; }
.chart .area { fill: var(--accent-soft); }
.chart .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.chart .grid { stroke: var(--line); }
.chart .limit { stroke: var(--warn); stroke-dasharray: 6 5; stroke-width: 1.5; }
.chart path, .chart line { vector-effect: non-scaling-stroke; }
.key { display: inline-flex; align-items: center; gap: 0.4rem; }
.key svg { width: 1.6rem; height: 0.5rem; }
.key line { stroke: var(--warn); stroke-width: 2; stroke-dasharray: 5 4; }
figure details { margin-top: 0.75rem; font-size: 0.875rem; }
figure summary, .more summary { min-height: 2rem; cursor: pointer; color: var(--accent); }
figure details .scroll { max-height: 16rem; overflow: auto; }

.tally { display: grid; grid-template-columns: 1fr auto; gap: 0.55rem 1rem; }
.tally dd { text-align: right; font-weight: 600; }
.tally + .hint { margin-top: 0.9rem; }
.tally dt { display: flex; align-items: center; gap: 0.5rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.9rem 1.5rem; }
.facts dt { font-size: 0.875rem; color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.choose { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; margin-bottom: 1rem; }
.choose .field { flex: 1 1 11rem; max-width: 20rem; }
`;
