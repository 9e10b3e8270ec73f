import { expect, test } from 'vitest';
import { type DrivePort, drive, type Step } from '../../workflows/drive';

/** A port that says one step after another, and writes down what it was asked. */
function scripted(steps: Step[], more: Partial<DrivePort> = {}) {
  const log: string[] = [];
  const next = (): Promise<Step> => {
    log.push('next');
    return Promise.resolve(steps.shift() ?? { kind: 'end', outcome: 'finished' });
  };
  const note = (word: string) => () => {
    log.push(word);
    return Promise.resolve(null);
  };
  const port: DrivePort = {
    next,
    importList: note('import'),
    slice: note('slice'),
    async deliver(sends) {
      log.push(`deliver ${sends.join(' ')}`);
      return null;
    },
    async sleep(untilMs) {
      log.push(`sleep ${untilMs}`);
    },
    nudged: () => false,
    rollover: () => Promise.resolve(),
    stopping: () => false,
    ...more,
  };
  return { port, log };
}

const END: Step = { kind: 'end', outcome: 'finished' };

test('every step is carried out, and the plan asked after each', async () => {
  const { port, log } = scripted([
    { kind: 'import' },
    { kind: 'run', slices: 2 },
    { kind: 'deliver', sends: ['a-1', 'a-2'] },
    { kind: 'wait', untilMs: 7, why: '' },
    { kind: 'paused', why: '' },
    { kind: 'end', outcome: 'cancelled' },
  ]);
  expect(await drive(port)).toBe('cancelled');
  expect(log).toEqual([
    ...['next', 'import', 'next', 'slice', 'slice', 'next', 'deliver a-1 a-2'],
    ...['next', 'sleep 7', 'next', 'sleep null', 'next'],
  ]);
});

test('what a slice knows of the next step is not asked for again', async () => {
  const known: (Step | null)[] = [{ kind: 'run', slices: 1 }, END];
  const { port, log } = scripted([{ kind: 'run', slices: 1 }], {
    slice: () => {
      log.push('slice');
      return Promise.resolve(known.shift() ?? null);
    },
  });
  expect(await drive(port)).toBe('finished');
  expect(log).toEqual(['next', 'slice', 'slice']);
});

test('of several slices the one that ends last knows best', async () => {
  const ends: (() => void)[] = [];
  const answers: Step[] = [END, { kind: 'wait', untilMs: 1, why: 'older' }];
  const { port, log } = scripted([{ kind: 'run', slices: 2 }], {
    slice: () => {
      const answer = answers.shift() ?? END;
      return new Promise<Step>((resolve) => ends.push(() => resolve(answer)));
    },
  });
  const driven = drive(port);
  await new Promise((resolve) => setImmediate(resolve));
  ends[1]?.();
  await new Promise((resolve) => setImmediate(resolve));
  ends[0]?.();
  expect(await driven).toBe('finished');
  expect(log).toEqual(['next']);
});

test('a change since the plan was asked makes what is known old, also an end', async () => {
  let nudges = 2;
  const { port, log } = scripted([{ kind: 'run', slices: 1 }, END, END], {
    slice: () => Promise.resolve(END),
    nudged: () => nudges-- > 0,
  });
  expect(await drive(port)).toBe('finished');
  expect(log).toEqual(['next', 'next', 'next']);
});

test('no slice goes on after its drive has failed', async () => {
  let ended = false;
  const slices = [
    () => Promise.reject(new Error('broken')),
    () =>
      new Promise<null>((resolve) =>
        setTimeout(() => {
          ended = true;
          resolve(null);
        }, 20),
      ),
  ];
  const { port } = scripted([{ kind: 'run', slices: 2 }], {
    slice: () => (slices.shift() ?? (() => Promise.resolve(null)))(),
  });
  await expect(drive(port)).rejects.toThrow('broken');
  expect(ended).toBe(true);
});
