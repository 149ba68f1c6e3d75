import { parseFilter } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { bulkFilter } from './bulk-filter';
import { readListQuery } from './list-query';

const filterOf = (params: Parameters<typeof readListQuery>[0]) => bulkFilter(readListQuery(params));

describe('the filter of a bulk change of a whole list', () => {
  it.each([
    [{}, 'vrf ~ "*"'],
    [{ status: 'down' }, 'status=down'],
    [{ q: 'site=fra', tier: 'fast' }, 'site=fra AND tier=fast'],
    [
      { filter: 'site=fra AND role=lab', status: 'down,unknown' },
      'status IN (down, unknown) AND site=fra AND role=lab',
    ],
    [{ filter: 'site=fra OR site=ber', status: 'up' }, 'status=up AND (site=fra OR site=ber)'],
    [{ q: 'site=' }, 'site=*'],
    [{ q: '"place=am Main"' }, 'place="am Main"'],
  ])('%j is %j', (params, text) => {
    expect(filterOf(params)).toBe(text);
    expect(parseFilter(text).ok).toBe(true);
  });

  it.each(['edge', 'site=fra 10.0.', '=x', '2001:db8::=1'])('cannot express the search %j', (q) => {
    expect(filterOf({ q })).toBeNull();
  });
});
