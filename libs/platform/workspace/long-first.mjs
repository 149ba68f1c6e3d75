import { BaseSequencer } from 'vitest/node';

/** Ends of the paths of small files that take long: at the end of a run, one worker alone would wait for them. */
const LONG = [
  '/generators/generated-context.int.spec.ts',
  '/e2e/portal.e2e.spec.ts',
  '/faults/faults.e2e.spec.ts',
  '/faults/fuzzed-api.e2e.spec.ts',
];

/** Runs these files first, then larger files before smaller ones. */
export class LongFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    const sorted = await super.sort(files);
    const isLong = (/** @type {import('vitest/node').TestSpecification} */ { moduleId }) =>
      LONG.some((end) => moduleId.endsWith(end));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
