import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InputError } from '../../../worker/campaign/input-error';
import { createWorkerLog } from '../../../worker/cli/worker-log';

let out: string;
beforeEach(() => {
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

test('a defect is told by its name and its place, without its words', () => {
  const words = 'no such thing as +12025550100\n    at Ada Example';
  createWorkerLog('text').error('slice', 'INTERNAL', new TypeError(words));
  expect(out).toMatch(/slice: INTERNAL\. TypeError in worker-log\.test\.ts:\d+:\d+\n$/);
  expect(out).not.toMatch(/2025550100|Ada/);
});

test('whatever else went wrong is told by its code, unless the words are ours', () => {
  const log = createWorkerLog('text');
  log.error('slice', 'LEDGER_AWAY', new Error('connection terminated'));
  log.error('slice', 'CANNOT_HERE', new InputError('There is no such account here.'));
  expect(out).toMatch(
    /slice: LEDGER_AWAY\n.*slice: CANNOT_HERE\. There is no such account here\.\n$/,
  );
});
