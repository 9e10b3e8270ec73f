/** Colours, by what they mean. Each pair of text and ground has a contrast of 4.5 at least, in both schemes. */
export const TOKENS = `
:root {
  color-scheme: light dark;
  --paper: #f5f4ef;
  --card: #fffefb;
  --sunk: #efede6;
  --ink: #1d1c19;
  --soft: #5d594f;
  --line: #dedad0;
  --edge: #8a8578;
  --accent: #0b5d59;
  --accent-ink: #ffffff;
  --accent-soft: #e0ecea;
  --good: #1c6439;
  --good-soft: #e2efe4;
  --bad: #9e2329;
  --bad-soft: #f8e6e3;
  --warn: #7a4a00;
  --warn-soft: #f7ebd4;
  --calm: #27518f;
  --calm-soft: #e4ebf6;
  --odd: #653896;
  --odd-soft: #eee6f6;
  --idle-soft: #eae7df;
  --in-sent: #0b5d59;
  --in-failed: #c1444a;
  --in-unknown: #8a5cc0;
  --in-skipped: #aaa596;
  --in-way: #6fb0a9;
  --track: #e3e0d6;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Open Sans", "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --round: 12px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131312;
    --card: #1b1b19;
    --sunk: #232320;
    --ink: #ecebe5;
    --soft: #a9a598;
    --line: #33322d;
    --edge: #7d7a70;
    --accent: #74c7bf;
    --accent-ink: #06201e;
    --accent-soft: #16302e;
    --good: #84cb9b;
    --good-soft: #172a1d;
    --bad: #f19a95;
    --bad-soft: #381c1c;
    --warn: #e4b768;
    --warn-soft: #33270f;
    --calm: #9abcf0;
    --calm-soft: #1a2740;
    --odd: #c7a8f0;
    --odd-soft: #2b1f3d;
    --idle-soft: #292823;
    --in-sent: #4fa39b;
    --in-failed: #d8625f;
    --in-unknown: #a07ad6;
    --in-skipped: #6d6a60;
    --in-way: #2f615d;
    --track: #2c2b27;
  }
}
`;
