/** What several pages are made of. */
export const PARTS = `
.card { padding: clamp(1rem, 3vw, 1.5rem); border: 1px solid var(--line); border-radius: var(--round); background: var(--card); }
.stack { display: grid; gap: clamp(1rem, 2.5vw, 1.5rem); align-content: start; grid-template-columns: minmax(0, 1fr); }
[data-part]:empty { display: none; }
.tight { gap: 0.6rem; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; }
.crumb { font-size: 0.875rem; margin-bottom: 0.6rem; }
.icon { width: 1em; height: 1em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.icon .solid { fill: currentColor; stroke: none; }
.icon .dashed { stroke-dasharray: 2.4 2.6; }

.badge { display: inline-flex; align-items: center; gap: 0.35rem; padding: 0.1rem 0.6rem 0.1rem 0.5rem; border-radius: 99px; background: var(--idle-soft); color: var(--soft); font-size: 0.8125rem; font-weight: 600; line-height: 1.5; white-space: nowrap; }
.badge.large { font-size: 0.9375rem; padding: 0.2rem 0.8rem 0.2rem 0.65rem; }
.is-running, .is-sent, .is-delivered, .is-read, .is-resumed, .is-started { background: var(--accent-soft); color: var(--accent); }
.is-finished, .is-replied, .is-opted_in { background: var(--good-soft); color: var(--good); }
.is-paused, .is-delivery_failed, .is-opted_out { background: var(--warn-soft); color: var(--warn); }
.is-failed { background: var(--bad-soft); color: var(--bad); }
.is-unknown { background: var(--odd-soft); color: var(--odd); }
.is-ready, .is-importing, .is-sending, .is-claimed { background: var(--calm-soft); color: var(--calm); }

.bar { height: 0.75rem; border-radius: 99px; overflow: hidden; background: var(--track); }
.bar svg { display: block; width: 100%; height: 100%; }
.in-sent { fill: var(--in-sent); } .in-failed { fill: var(--in-failed); } .in-unknown { fill: var(--in-unknown); }
.in-skipped { fill: var(--in-skipped); } .in-sending, .in-claimed { fill: var(--in-way); }

.note { display: grid; grid-template-columns: auto 1fr; gap: 0.15rem 0.7rem; padding: 0.8rem 1rem; border-radius: var(--round); background: var(--calm-soft); color: var(--ink); }
.note > .icon { margin-top: 0.25rem; color: var(--calm); }
.note > :not(.icon) { grid-column: 2; }
.note.bad { background: var(--bad-soft); } .note.bad > .icon { color: var(--bad); }
.note.good { background: var(--good-soft); } .note.good > .icon { color: var(--good); }
.note.odd { background: var(--odd-soft); } .note.odd > .icon { color: var(--odd); }
.note.warn { background: var(--warn-soft); } .note.warn > .icon { color: var(--warn); }

.note.act { grid-template-columns: auto 1fr auto; align-items: center; }
.note.act > .icon { margin-top: 0; }
.note.act > .button { grid-column: 3; }
@media (max-width: 30rem) { .note.act { grid-template-columns: auto 1fr; } .note.act > .icon { align-self: start; margin-top: 0.25rem; } .note.act > .button { grid-column: 2; justify-self: start; } }
.filters { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.filters a { display: inline-flex; align-items: center; gap: 0.4rem; min-height: 2.5rem; padding-inline: 0.85rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card); color: var(--ink); text-decoration: none; font-size: 0.9375rem; }
.filters a:hover { border-color: var(--edge); }
.filters a[aria-current] { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.filters a[aria-current] .soft { color: inherit; }

.campaigns { display: grid; gap: 0.75rem; }
.campaigns > li { position: relative; display: grid; gap: 0.65rem 1.5rem; padding: 1rem clamp(1rem, 3vw, 1.5rem); border: 1px solid var(--line); border-radius: var(--round); background: var(--card); }
.campaigns > li:hover { border-color: var(--edge); }
.campaigns h2 { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.75rem; font-size: 1.125rem; overflow-wrap: anywhere; }
.campaigns h2 a { color: inherit; text-decoration: none; }
.campaigns h2 a::after { content: ''; position: absolute; inset: 0; border-radius: var(--round); }
.campaigns h2 a:focus-visible { outline: none; }
.campaigns h2 a:focus-visible::after { outline: 3px solid var(--accent); outline-offset: 2px; }
.campaigns .why { font-size: 0.9375rem; color: var(--soft); overflow-wrap: anywhere; }
.campaigns .line { display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; font-size: 0.9375rem; }
.campaigns .line strong { font-weight: 620; }
.campaigns .line .icon { font-size: 0.8125rem; margin-right: 0.3rem; vertical-align: -0.06em; }
.of-failed { color: var(--bad); } .of-unknown { color: var(--odd); }
@media (min-width: 52rem) {
  .campaigns > li { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); align-items: center; }
}
.pager { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.75rem; }
.empty { display: grid; gap: 0.9rem; justify-items: start; max-width: 44rem; }
.empty pre { width: 100%; }
.sheet { max-width: 34rem; width: 100%; margin-inline: auto; }
.sheet.broad { max-width: 54rem; }
.row { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; }
.choice { display: flex; gap: 0.75rem; padding: 0.85rem 1rem; border: 1px solid var(--line); border-radius: var(--round); font-weight: 400; cursor: pointer; }
.choice:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.choice b { display: block; font-weight: 620; }
fieldset { border: 0; padding: 0; min-width: 0; }
fieldset .choice + .choice { margin-top: 0.6rem; }
fieldset legend { margin-bottom: 0.6rem; }
`;
