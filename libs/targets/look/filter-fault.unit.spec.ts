import { parseFilter } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { type FaultParts, faultParts } from './filter-fault';

function partsOf(text: string): FaultParts {
  const parsed = parseFilter(text);
  if (parsed.ok) throw new Error(`${text} is valid.`);
  return faultParts(text, parsed.fault);
}

describe('a fault of a filter', () => {
  it('is shown at its place', () => {
    expect(partsOf('site=fra AND status=dwn OR x=y')).toMatchObject({
      before: 'site=fra AND status=',
      faulty: 'dwn',
      after: ' OR x=y',
      from: 20,
      to: 23,
    });
  });

  it('is at the end of a filter that is not finished', () => {
    expect(partsOf('site=')).toMatchObject({ before: 'site=', faulty: '', after: '', from: 5, to: 5 });
  });

  it('is shown with a part of a long text', () => {
    const long = `site=${'x'.repeat(50)}`;
    const { before, faulty, after } = partsOf(`${long} AND ip=1 AND ${long}`);
    expect([before, faulty, after]).toEqual([`…${'x'.repeat(16)} AND ip=`, '1', ` AND site=${'x'.repeat(14)}…`]);
  });
});
