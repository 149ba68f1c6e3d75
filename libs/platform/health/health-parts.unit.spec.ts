import { expect, it } from 'vitest';
import { partsInOrder } from './health-parts';

it('lists each plugged part next to the part that it names, and last if that part is missing', () => {
  const own = [{ id: 'agents' }, { id: 'disks' }];
  const plugged = [
    { id: 'uncounted', after: 'assignment' },
    { id: 'assignment', after: 'agents' },
    { id: 'reports', after: 'absent' },
    { id: 'alerts' },
    { id: 'statuses', after: 'shards' },
    { id: 'shards', before: 'agents' },
  ];
  const order = partsInOrder<{ id: string; after?: string; before?: string }>(own, plugged).map(({ id }) => id);
  expect(order).toEqual(['shards', 'statuses', 'agents', 'assignment', 'uncounted', 'disks', 'reports', 'alerts']);
});
