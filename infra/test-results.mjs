import { readJson } from './private-file.mjs';

/** Counts of one runner from vitest's JSON report: {passed, failed, skipped}. A file that did not load is a failure. */
export function countsOf(reportFile) {
  const report = readJson(reportFile);
  if (!report) return { passed: 0, failed: 0, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

export function sum(counts) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const count of counts) for (const key of Object.keys(total)) total[key] += count[key];
  return total;
}

/** "12 passed, 0 failed", with ", 1 skipped" when there are such. */
export function lineOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** A filter rightly leaves a level without tests; without one, or when the runner broke, a level that ran none is broken. */
export function isSound({ count, code, filtered }) {
  const ranNone = count.passed + count.failed === 0;
  return code === 0 && (!ranNone || filtered);
}
