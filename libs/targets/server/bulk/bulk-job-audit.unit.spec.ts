import { type AuditFields, fieldsAfter } from '@icmp-mon/platform/plugins';
import type { BulkJobEvent } from '@icmp-mon/targets/contract';
import { expect, it } from 'vitest';
import { BULK_JOB_AUDIT } from './bulk-job-audit';

const REQUESTED: BulkJobEvent = {
  type: 'BulkJobRequested',
  data: {
    ...{ jobId: 'j', kind: 'change', filter: 'site=fra', targets: null, expand: null, total: 10_000 },
    change: { tier: 'fast', addTags: { rack: '7' }, removeTags: ['old', 'older'] },
  },
};
const ENDED: BulkJobEvent = {
  type: 'BulkJobEnded',
  data: { ...{ jobId: 'j', state: 'completed', error: null }, ...{ changed: 9, unchanged: 1, skipped: 0, failed: 0 } },
};

const fieldsOf = (...events: BulkJobEvent[]): AuditFields =>
  events.reduce<AuditFields>((fields, event) => fieldsAfter(BULK_JOB_AUDIT, fields, event), {});
const didOf = ({ type, data }: BulkJobEvent): string => BULK_JOB_AUDIT.types[type].did(data as never);

it('shows what a job was asked to do, and what it did', () => {
  expect(didOf(REQUESTED)).toBe('requested a bulk change of 10000 targets');
  expect(fieldsOf(REQUESTED)).toEqual({
    ...{ kind: 'change', filter: 'site=fra', total: '10000' },
    ...{ 'change.tier': 'fast', 'change.addTags.rack': '7', 'change.removeTags': 'old, older' },
  });
  expect(fieldsOf({ ...REQUESTED, data: { ...REQUESTED.data, scope: 'customer=acme' } })).toMatchObject({
    scope: 'customer=acme',
  });
  expect(didOf(ENDED)).toBe('ended the bulk job: completed');
  expect(fieldsOf(REQUESTED, ENDED)).toMatchObject({ filter: 'site=fra', state: 'completed', 'done.changed': '9' });
});

it('states the number of targets that were selected by id, not the ids', () => {
  const byId = {
    ...REQUESTED,
    data: { ...REQUESTED.data, filter: null, targets: ['a', 'b'], total: 1 },
  } as BulkJobEvent;
  expect(fieldsOf(byId)).toMatchObject({ filter: null, selected: '2 by id' });
  expect(didOf(byId)).toBe('requested a bulk change of 1 target');
  const failed = { ...ENDED, data: { ...ENDED.data, state: 'failed', error: 'no tier' } } as BulkJobEvent;
  expect(didOf(failed)).toBe('ended the bulk job, which failed');
});
