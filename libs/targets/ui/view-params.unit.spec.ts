import type { SavedView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { readListQuery } from './list-query';
import { viewParams, viewQuery } from './view-params';

const view: SavedView = {
  id: 'v',
  name: 'Down in Frankfurt',
  query: { filter: 'site=fra', status: 'down', columns: 'name,rtt' },
  isShared: false,
  isOwn: true,
  ownerName: 'admin',
  version: 1,
};
const query = readListQuery({ filter: 'site=fra', status: 'down' });

describe('a saved view of the target list', () => {
  it('has only what differs from the default list, and the columns', () => {
    expect(viewQuery(query, ['name', 'rtt'])).toEqual(view.query);
    expect(viewQuery(readListQuery({}), [])).toEqual({ columns: '' });
  });

  it('sets every parameter of the list, so that nothing of the former list stays', () => {
    expect(viewParams(view)).toEqual({
      ...{ q: null, filter: 'site=fra', status: 'down', tier: null, sort: null, order: null },
      ...{ columns: 'name,rtt', view: 'v' },
    });
  });
});
