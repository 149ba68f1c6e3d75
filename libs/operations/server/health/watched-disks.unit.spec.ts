import { readConfig } from '@icmp-mon/platform/config';
import { describe, expect, it } from 'vitest';
import { watchedDisks } from './watched-disks';

describe('the setting of the disks', () => {
  const read = (env: Record<string, string>) => readConfig({ disks: watchedDisks('DISKS') }, env).disks;

  it('names disks by a folder, or by the size of a disk on another machine', () => {
    expect(read({ DISKS: 'data=/var/lib/x,telemetry database=1.5GiB' })).toEqual([
      { name: 'data', path: '/var/lib/x' },
      { name: 'telemetry database', sizeBytes: 1.5 * 2 ** 30 },
    ]);
  });

  it.each(['data', 'data=relative/path', 'data=5 bananas'])('refuses %s', (DISKS) => {
    expect(() => read({ DISKS })).toThrow('DISKS');
  });
});
