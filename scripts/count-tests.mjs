/** Prints "N passed, N failed" from vitest's JSON report. On CI a skipped test is a failed one: nothing may be missing there. */
import { readFileSync } from 'node:fs';

const [, , file] = process.argv;
const report = JSON.parse(readFileSync(file, 'utf8'));
const skipped = report.numPendingTests + report.numTodoTests;
// A file that could not be loaded has no tests to fail.
const unloaded = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length;
const failed = report.numFailedTests + unloaded + (process.env.CI ? skipped : 0);

if (skipped > 0) console.log(`${skipped} tests were skipped`);
console.log(`${report.numPassedTests} passed, ${failed} failed`);
if (failed > 0 || !report.success) process.exitCode = 1;
