/** The page, its text, its links and its controls. */
export const BASE = `
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.5 var(--sans); background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; font-variant-numeric: tabular-nums; }
.wide { width: 100%; max-width: 70rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
main { flex: 1; padding-block: clamp(1.25rem, 4vw, 2.25rem) 3rem; outline: none; }
h1, h2, h3, p, ul, ol, dl, dd, figure, table, fieldset { margin: 0; }
ul, ol { padding: 0; list-style: none; }
h1 { font-size: clamp(1.55rem, 1.2rem + 1.7vw, 2.1rem); line-height: 1.15; font-weight: 650; letter-spacing: -0.022em; overflow-wrap: anywhere; text-wrap: balance; }
h2 { font-size: 1.0625rem; line-height: 1.3; font-weight: 640; letter-spacing: -0.006em; }
h3 { font-size: 1rem; font-weight: 620; }
small, .small { font-size: 0.875rem; }
.soft { color: var(--soft); }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
code, .code { font-family: var(--mono); font-size: 0.875em; }
pre { margin: 0; padding: 0.75rem 1rem; border-radius: 8px; background: var(--sunk); overflow-x: auto; font: 0.875rem/1.6 var(--mono); }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
[data-focus]:focus { outline: none; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 2; padding: 0.6rem 1rem; background: var(--accent); color: var(--accent-ink); border-radius: 0 0 8px 8px; }
.skip:focus { top: 0; }

.top { border-bottom: 1px solid var(--line); background: var(--card); }
.top > div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.25rem; min-height: 3.75rem; padding-block: 0.4rem; }
.brand { display: inline-flex; align-items: center; gap: 0.6rem; min-height: 2.75rem; color: var(--ink); font-weight: 650; letter-spacing: -0.012em; text-decoration: none; }
.mark-field { fill: var(--accent); }
.mark-rows { fill: none; stroke: var(--accent-ink); stroke-width: 2.6; stroke-linecap: round; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.15rem; }
.top nav a { display: inline-flex; align-items: center; min-height: 2.75rem; padding-inline: 0.75rem; color: var(--soft); text-decoration: none; border-radius: 8px; }
.top nav a:hover { color: var(--ink); background: var(--sunk); }
.top nav a[aria-current] { color: var(--ink); font-weight: 620; box-shadow: inset 0 -2px 0 var(--accent); border-radius: 0; }
.who { margin-left: auto; font-size: 0.875rem; color: var(--soft); }
.who form { display: flex; align-items: center; gap: 0.75rem; }
.top nav { order: 1; } .who { order: 2; }
@media (max-width: 44rem) { .top > div { padding-bottom: 0; } .top nav { order: 3; flex-basis: 100%; margin-inline: -0.75rem; } }
.who span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
@media (max-width: 44rem) { .who form > span { display: none; } }
.foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.5rem 2rem; padding-block: 1.25rem 1.75rem; font-size: 0.875rem; color: var(--soft); }
.foot > :last-child { display: flex; gap: 1.25rem; margin-left: auto; }
#connection:not(:empty) { color: var(--warn); font-weight: 600; }

button, .button { display: inline-flex; align-items: center; justify-content: center; gap: 0.45rem; min-height: 2.75rem; padding: 0.4rem 1rem; border: 1px solid var(--edge); border-radius: 9px; background: var(--card); color: var(--ink); font: inherit; font-weight: 560; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { background: var(--sunk); }
button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
button.main:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
button.danger, .button.danger { color: var(--bad); border-color: currentColor; }
button.quiet { min-height: 2.25rem; padding-inline: 0.75rem; font-weight: 500; font-size: 0.875rem; }
label, legend { font-weight: 560; }
legend { padding: 0; }
input:not([type=radio], [type=checkbox]), select { width: 100%; min-height: 2.75rem; padding: 0.4rem 0.75rem; border: 1px solid var(--edge); border-radius: 9px; background: var(--card); color: var(--ink); font: inherit; }
input[type=radio], input[type=checkbox] { width: 1.15rem; height: 1.15rem; margin: 0.2rem 0 0; accent-color: var(--accent); flex: none; }
.field { display: grid; gap: 0.35rem; }
.hint { font-size: 0.875rem; color: var(--soft); font-weight: 400; }
`;
