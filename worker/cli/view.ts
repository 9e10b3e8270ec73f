import { whyOf } from '../campaign/impersonal';
import type { Progress } from '../campaign/progress';
import { barLine, countsLine, plainLine, reasonLines, stateLine } from './progress-lines';
import { say, sayJson, warn } from './screen';

/** Where a run shows how it goes. */
export interface View {
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  show(progress: Progress): void;
  /** A sentence of its own. */
  note(line: string): void;
  /** Leaves the last picture on the screen. */
  end(): void;
}

/** The view that fits: JSON where it was asked for, a moving picture on a terminal, else plain lines. */
export function createView(json: boolean): View {
  if (json) return jsonView();
  return process.stdout.isTTY === true ? liveView() : plainView();
}

/** Shows nothing, and says beside the result what a person has to know: for a single send. */
export const SILENT: View = {
  everyMs: 500,
  show: () => undefined,
  note: warn,
  end: () => undefined,
};

function liveView(): View {
  let drawn = 0;
  const wipe = (): void => {
    // The carriage return: an echoed ^C has moved the cursor.
    if (drawn > 0) process.stdout.write(`\r\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  };
  return {
    everyMs: 250,
    show(progress) {
      const width = process.stdout.columns ?? 80;
      const lines = [
        stateLine(progress),
        barLine(progress),
        countsLine(progress),
        ...reasonLines(progress, 3).map((line) => `  ${line}`),
      ].map((line) => (line.length < width ? line : `${line.slice(0, width - 2)}…`));
      wipe();
      process.stdout.write(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    note(line) {
      wipe();
      say(line);
    },
    end() {
      wipe();
    },
  };
}

/** A line every few seconds, and whenever the state or what it waits for changes. */
function plainView(): View {
  let shownAt = 0;
  let shown = '';
  return {
    everyMs: 500,
    show(progress) {
      const what = `${progress.campaign.state}/${progress.waiting}`;
      const due = progress.at - shownAt >= (what === shown ? 5_000 : 1_000);
      if (!due) return;
      shownAt = progress.at;
      shown = what;
      say(plainLine(progress));
      if (progress.campaign.state === 'paused') say(stateLine(progress));
    },
    note: say,
    end: () => undefined,
  };
}

function jsonView(): View {
  let shownAt = 0;
  let shown = '';
  return {
    everyMs: 500,
    show(progress) {
      const { campaign, waiting, tally } = progress;
      const what = `${campaign.state}/${waiting}`;
      if (progress.at - shownAt < 2_000 && what === shown) return;
      shownAt = progress.at;
      shown = what;
      sayJson({
        event: 'progress',
        at: new Date(progress.at).toISOString(),
        campaign: campaign.name,
        state: campaign.state,
        why: whyOf(campaign),
        counts: tally.counts,
        reasons: tally.reasons,
        perSecond: progress.perSecond,
        finishAt: progress.finishAt === null ? null : new Date(progress.finishAt).toISOString(),
        waiting,
      });
    },
    note(line) {
      sayJson({ event: 'note', text: line });
    },
    end: () => undefined,
  };
}
