/** On paper, without motion, and with colours that the system chooses. */
export const PAPER = `
@media (prefers-reduced-motion: no-preference) {
  .bar rect { transition: width 0.5s ease-out, x 0.5s ease-out; }
}
@media (forced-colors: active) {
  .bar, .badge { border: 1px solid; }
  .bar rect { forced-color-adjust: none; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #333; --line: #bbb; }
  .top nav, .who, .actions, .choose, .pager, .filters, .skip, .foot a, summary, td form { display: none !important; }
  .card, .campaigns > li { break-inside: avoid; border-color: #bbb; }
  .bar, .badge, .dot { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
