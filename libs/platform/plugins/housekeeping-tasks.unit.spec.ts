import { expect, it } from 'vitest';
import { inSteps } from './housekeeping-tasks';

it('continues a task while steps are full, up to 100 steps', async () => {
  const counts = [10, 10, 4];
  expect(await inSteps(10, () => Promise.resolve(counts.shift() ?? 0))).toBe(24);
  expect(await inSteps(10, () => Promise.resolve(10))).toBe(1_000);
});
