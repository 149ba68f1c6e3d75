import { readJson } from './private-file.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/**
 * vitest's JSON report.
 * @typedef {object} Report
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} [numTodoTests]
 */

/**
 * Returns the counts of one vitest run from its JSON report: {passed, failed, skipped}. A file that did not load counts as failed.
 * @param {string} reportFile
 */
export function countsOf(reportFile) {
  /** @type {Report | undefined} */
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

/** @param {readonly Counts[]} counts */
export function sum(counts) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const count of counts)
    for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += count[key];
  return total;
}

/**
 * Returns "12 passed, 0 failed", with ", 1 skipped" when tests were skipped.
 * @param {{ passed: number, failed: number, skipped: number }} of
 */
export function lineOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * Returns whether the run is valid. A filter may leave a level without tests; otherwise a level that ran no test is broken.
 * @param {{ count: Counts, code: number, filtered: boolean }} of
 */
export function isSound({ count, code, filtered }) {
  const ranNone = count.passed + count.failed === 0;
  return code === 0 && (!ranNone || filtered);
}
