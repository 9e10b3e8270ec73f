/** Tables; where there is no room for columns, each row becomes a card. */
export const TABLES = `
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th { text-align: left; font-size: 0.8125rem; font-weight: 560; color: var(--soft); white-space: nowrap; }
th, td { padding: 0.6rem 0.9rem 0.6rem 0; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
td { overflow-wrap: anywhere; }
th[scope=row] { font-size: inherit; font-weight: 400; }
td .badge { margin-block: -0.05rem; }
.n { text-align: right; white-space: nowrap; }
.to { min-width: 9.5rem; }
.fit { white-space: nowrap; overflow-wrap: normal; }
.detail { display: block; font-size: 0.875rem; color: var(--soft); }
@media (max-width: 44rem) {
  .cards, .cards tbody, .cards tr, .cards td, .cards th[scope=row] { display: block; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards tr { padding-block: 0.8rem; border-bottom: 1px solid var(--line); }
  .cards tr:last-child { border-bottom: 0; }
  .cards td, .cards th[scope=row] { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.75rem; padding: 0.15rem 0; border: 0; text-align: left; white-space: normal; }
  .cards td > *, .cards th[scope=row] > * { justify-self: start; }
  .cards td::before, .cards th[scope=row]::before { content: attr(data-label); font-size: 0.875rem; font-weight: 400; color: var(--soft); }
  .cards td:empty, .cards .none { display: none; }
}
`;
