import '@angular/compiler';
import type { BulkJobView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { countsText, isFinished, jobTitle } from './bulk-job-text';

const job: BulkJobView = {
  id: 'j',
  kind: 'remove',
  state: 'running',
  filter: 'site=fra',
  change: null,
  expand: null,
  total: 5_000,
  done: 1_240,
  changed: 1_200,
  unchanged: 0,
  skipped: 40,
  failed: 0,
  requestedBy: 'user:1',
  requestedAt: '2026-03-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  error: null,
};

describe('the text of a bulk job', () => {
  it('has the counts that are not zero', () => {
    expect(countsText(job)).toBe('1,200 removed, 40 skipped');
    expect(countsText(null)).toBe('');
  });

  it('states what the job does, and its end', () => {
    expect(jobTitle(job)).toBe('Removing targets');
    expect(jobTitle({ ...job, state: 'cancelled' })).toBe('Removing targets: cancelled');
    expect(jobTitle({ ...job, kind: 'expand', state: 'queued' })).toBe('Adding targets: waiting to start');
  });

  it('is final when the job has ended', () => {
    expect([null, job, { ...job, state: 'failed' } as const].map(isFinished)).toEqual([false, false, true]);
  });
});
