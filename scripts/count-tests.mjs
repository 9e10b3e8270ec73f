/**
 * Prints "N passed, N failed" of vitest's JSON reports, all together. On CI a skipped test is a failed one: nothing may be
 * missing there. A report that is missing is a failure as well.
 */
import { readFileSync } from 'node:fs';

const files = process.argv.slice(2);
const reports = files.map(read);
const sum = (count) => reports.reduce((total, report) => total + count(report), 0);

const passed = sum(({ numPassedTests }) => numPassedTests);
const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
const broken = sum(({ numFailedTests, testResults, success }) => {
  // A file that could not be loaded has no tests to fail.
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  // Nor has a run that went wrong before its first one, or after its last.
  return Math.max(numFailedTests + unloaded, success ? 0 : 1);
});
const failed = broken + (process.env.CI ? skipped : 0) + (files.length === 0 ? 1 : 0);

if (skipped > 0) console.log(`${skipped} tests were skipped`);
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log(`there is no report in ${file}`);
    const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
    return { ...none, testResults: [], success: false };
  }
}
