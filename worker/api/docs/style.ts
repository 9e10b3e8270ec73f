/** What the documentation looks like, beside what every page looks like. */
export const DOCS = `
.docs { display: grid; gap: 2rem; grid-template-columns: minmax(0, 1fr); }
.toc { font-size: 0.9375rem; }
.toc > ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
.toc ul ul { display: none; }
.toc a { display: inline-block; padding: 0.35rem 0; overflow-wrap: anywhere; }
@media (min-width: 62rem) {
  .docs { grid-template-columns: 15rem minmax(0, 1fr); align-items: start; }
  .toc { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow-y: auto; }
  .toc > ul, .toc ul ul { display: grid; gap: 0; }
  .toc a { padding: 0.2rem 0; text-decoration: none; }
  .toc a:hover { text-decoration: underline; }
  .toc ul ul { margin: 0 0 0.6rem; }
  .toc ul ul a { color: var(--soft); }
}
.body { display: grid; gap: 1.5rem; grid-template-columns: minmax(0, 1fr); }
.body > section { scroll-margin-top: 1rem; }
.prose { display: grid; gap: 0.85rem; grid-template-columns: minmax(0, 1fr); max-width: 48rem; }
.prose ol { display: grid; gap: 0.85rem; padding-left: 1.4rem; list-style: decimal; grid-template-columns: minmax(0, 1fr); }
.prose li > pre { margin-top: 0.4rem; }
.topic { margin-top: 1.5rem; font-size: 1.375rem; letter-spacing: -0.016em; }
.topic + p { color: var(--soft); margin-top: -1rem; }
.route { display: grid; gap: 0.8rem; grid-template-columns: minmax(0, 1fr); }
.route h3 { font-size: 1.125rem; }
.route h3 a { color: inherit; text-decoration: none; }
.route h3 a:hover { text-decoration: underline; }
.route h4, .prose h3 { margin: 0.6rem 0 0; font-size: 0.9375rem; font-weight: 640; }
.line { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.75rem; overflow-wrap: anywhere; }
.method { padding: 0.1rem 0.55rem; border-radius: 6px; background: var(--calm-soft); color: var(--calm); font: 600 0.8125rem/1.6 var(--mono); }
.method.of-post, .method.of-put { background: var(--accent-soft); color: var(--accent); }
.method.of-delete { background: var(--bad-soft); color: var(--bad); }
.scope { margin-left: auto; font-size: 0.875rem; color: var(--soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; font-size: 0.8125rem; font-weight: 600; color: var(--soft); }
tbody th { font-weight: 400; min-width: 8rem; }
tbody th code { overflow-wrap: anywhere; }
tbody td:last-child { min-width: 14rem; }
.needed { font-size: 0.8125rem; color: var(--warn); white-space: nowrap; }
.answers { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.5rem 1rem; }
.answers dt { font-weight: 640; }
.answers details { margin-top: 0.4rem; }
.answers summary { min-height: 2rem; cursor: pointer; color: var(--accent); }
.answers pre, .answers .scroll { margin-top: 0.5rem; }
.codes th:first-child { white-space: nowrap; }
:target { outline: 3px solid var(--accent); outline-offset: 4px; border-radius: var(--round); }
@media (max-width: 44rem) {
  .scope { margin-left: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 1rem; padding-block: 0.6rem; border-top: 1px solid var(--line); }
  tbody th, tbody td { padding: 0; border: 0; }
  tbody td:last-child { grid-column: 1 / -1; min-width: 0; }
}
`;
