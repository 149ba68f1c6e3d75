import type { TargetView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { isFiltered, listParams, matches, moves, readListQuery, WORST_FIRST } from './list-query';

const row: TargetView = {
  id: 'a',
  key: 1,
  ip: '127.0.0.9',
  vrf: 'default',
  name: 'edge-fra-1',
  tags: { site: 'fra' },
  tier: 'standard',
  paused: false,
  parents: [],
  notes: null,
  owner: null,
  registeredAt: '2026-03-01T00:00:00.000Z',
  version: 1,
  status: 'up',
  reason: 'quorum_up',
  since: '2026-03-01T00:00:00.000Z',
  lastSuccessAt: null,
  asOf: null,
  placement: null,
  maintenance: null,
};

describe('the URL of the list', () => {
  it('is plain for the default list', () => {
    expect(Object.values(listParams(WORST_FIRST)).every((value) => value === null)).toBe(true);
    expect(readListQuery({})).toEqual(WORST_FIRST);
  });

  it('is parsed to the query it was made from', () => {
    const query = {
      q: 'site=fra',
      filter: 'site=fra AND role!=lab',
      statuses: ['down', 'unknown'],
      tier: 'fast',
      sort: 'ip',
      order: 'desc',
    } as const;
    const written = listParams({ ...query, statuses: [...query.statuses] });
    const params = Object.fromEntries(Object.entries(written).map(([name, value]) => [name, value ?? undefined]));
    expect(readListQuery(params)).toEqual(query);
  });

  it('ignores unknown values', () => {
    expect(readListQuery({ status: 'down,broken', sort: 'colour', order: 'sideways' })).toEqual({
      ...WORST_FIRST,
      statuses: ['down'],
    });
  });

  it('has a filter or not', () => {
    expect(isFiltered(WORST_FIRST)).toBe(false);
    expect(isFiltered({ ...WORST_FIRST, tier: 'fast' })).toBe(true);
  });
});

describe('matches', () => {
  it.each(['127.0', '0.0.9', 'EDGE-fra', 'FRA-1', 'site=fra', 'SITE=fra edge', 'site=', ''])('matches %j', (q) => {
    expect(matches(row, { ...WORST_FIRST, q })).toBe(true);
  });

  it.each(['0.0.8', 'fra muc', 'site=f', 'site=muc'])('does not match %j', (q) => {
    expect(matches(row, { ...WORST_FIRST, q })).toBe(false);
  });

  it('compares status and tier', () => {
    expect(matches(row, { ...WORST_FIRST, statuses: ['down'] })).toBe(false);
    expect(matches(row, { ...WORST_FIRST, tier: 'fast' })).toBe(false);
  });
});

describe('a filter', () => {
  it.each(['site=fra AND NOT role=lab', 'ip IN 127.0.0.0/8', 'status=up', 'agent=fra-1', 'not a filter'])(
    'matches %j',
    (filter) => expect(matches(row, { ...WORST_FIRST, filter })).toBe(true),
  );

  it.each(['site=muc', 'NOT site=*', 'status IN (down, degraded)', 'agent=fra-1 AND tier=gold'])(
    'does not match %j',
    (filter) => expect(matches(row, { ...WORST_FIRST, filter })).toBe(false),
  );
});

describe('moves', () => {
  it('is true when the sorted value changes or the row no longer matches', () => {
    const down: TargetView = { ...row, status: 'down' };
    expect(moves(row, down, WORST_FIRST)).toBe(true);
    expect(moves(row, down, { ...WORST_FIRST, sort: 'ip' })).toBe(false);
    expect(moves(row, down, { ...WORST_FIRST, sort: 'ip', statuses: ['up'] })).toBe(true);
  });
});
