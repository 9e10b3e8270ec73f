import { EXIT } from './exit-codes';
import { lastWords } from './screen';

export interface Interrupt {
  /** True from the first signal on. */
  stopping(): boolean;
  off(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A signal to a whole process group can arrive twice: by the terminal, and again by a parent such as npm. */
const SAME_SIGNAL_MS = 100;

/** The first signal asks for a quiet end, the second one ends the process at once. */
export function onInterrupt(first: () => void): Interrupt {
  let begun: number | null = null;
  const handle = (): void => {
    if (begun !== null) {
      if (performance.now() - begun < SAME_SIGNAL_MS) return;
      lastWords('\nLeft at once. Nothing is lost: what was on its way is settled by the next run.');
      process.exit(EXIT.interrupted);
    }
    begun = performance.now();
    first();
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    stopping: () => begun !== null,
    off() {
      for (const signal of SIGNALS) process.off(signal, handle);
    },
  };
}
