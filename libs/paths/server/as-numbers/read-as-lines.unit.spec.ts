import { expect, it } from 'vitest';
import { readAsLines } from './read-as-lines';

/** A range that becomes 254 prefixes. */
const LINE = '::1\tffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe\t7\tUS\tX\n';

it.each([
  ['valid', '', 228_600],
  ['behind a fault', 'x\n', 0],
])('long lines, %s, do not block the process while they are read', async (_what, before, expected) => {
  async function* pieces(): AsyncGenerator<Buffer> {
    yield Buffer.from(before + LINE.repeat(900));
  }
  let turns = 0;
  let next = setImmediate(countTurn);
  function countTurn(): void {
    turns++;
    next = setImmediate(countTurn);
  }
  let prefixes = 0;
  const read = async (): Promise<void> => {
    for await (const line of readAsLines(pieces())) prefixes += line.prefixes.length;
  };
  await read().catch((error: unknown) => expect(String(error)).toContain('Nothing was changed'));
  clearImmediate(next);
  expect(prefixes).toBe(expected);
  expect(turns).toBeGreaterThan(10);
});
