import { expect, it } from 'vitest';
import { partsInOrder } from './health-parts';

it('shows each plugged part behind the part that it names, and last where that is missing', () => {
  const own = [{ id: 'shards' }, { id: 'agents' }, { id: 'disks' }];
  const plugged = [
    { id: 'uncounted', after: 'assignment' },
    { id: 'assignment', after: 'agents' },
    { id: 'reports', after: 'absent' },
    { id: 'alerts' },
  ];
  const order = partsInOrder<{ id: string; after?: string }>(own, plugged).map(({ id }) => id);
  expect(order).toEqual(['shards', 'agents', 'assignment', 'uncounted', 'disks', 'reports', 'alerts']);
});
