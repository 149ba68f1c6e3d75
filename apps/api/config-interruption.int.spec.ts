import { describe, expect, it } from 'vitest';
import { ConfigFixture } from './testing/config-fixture';

const fixture = new ConfigFixture();

const TARGETS = 2_000;
const file = (name: string): string[] => [
  'version: 1',
  'targets:',
  ...Array.from({ length: TARGETS }, (_, nr) => {
    const parents = nr % 10 === 0 ? '' : `, parents: [10.60.${(nr - 1) >> 8}.${(nr - 1) & 255}]`;
    return `  - { ip: 10.60.${nr >> 8}.${nr & 255}, tier: fast, name: ${name}${parents} }`;
  }),
];
const versions = async (): Promise<{ version: number; targets: number }[]> =>
  fixture.api.control.query(
    `SELECT version, count(*)::integer AS targets FROM target_list WHERE ip <<= '10.60.0.0/16' GROUP BY version ORDER BY version`,
  );

describe('icmpmon apply that is killed', () => {
  it('is completed by the same command, and changes each target once', async () => {
    for (const [version, name, marker] of [
      [1, 'a', 'Job '],
      [2, 'b', ' of 2,000 …'],
    ] as const) {
      await fixture.write('a.yaml', ...file(name));
      const killed = await fixture.killAfter(marker, 'apply', 'config', '--yes');
      expect(killed.code, killed.err).toBeNull();
      const again = await fixture.runClient('apply', 'config', '--yes');
      expect(again.code, again.err).toBe(0);
      expect(await versions()).toEqual([{ version, targets: TARGETS }]);
    }
  });
});
