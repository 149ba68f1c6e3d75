import '@angular/compiler';
import type { BulkJobView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { countsText, isFinished, jobSentence, jobTitle, leftOutText } from './bulk-job-text';

const job: BulkJobView = {
  id: 'j',
  kind: 'remove',
  state: 'running',
  filter: 'site=fra',
  change: null,
  expand: null,
  import: null,
  scope: null,
  total: 5_000,
  created: 0,
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

  it('has one sentence for what the job does', () => {
    expect(jobSentence(null)).toBeNull();
    expect(jobSentence(job)).toBe('Removes the targets of site=fra.');
    expect(jobSentence({ ...job, filter: null })).toBe('Removes the selected targets.');
    expect(jobSentence({ ...job, scope: 'customer=acme' })).toBe(
      'Removes the targets of site=fra. Limited to the scope customer=acme.',
    );
    const change = { addTags: { role: 'edge' }, tier: 'gold' };
    expect(jobSentence({ ...job, kind: 'change', change })).toBe(
      'For the targets of site=fra: sets role=edge and changes the tier to gold.',
    );
    expect(jobSentence({ ...job, kind: 'expand', expand: { cidr: '192.0.2.0/24', tier: 'fast' } })).toBe(
      'Adds the addresses of 192.0.2.0/24 as targets of the tier fast.',
    );
    const order = { format: 'csv', mode: 'upsert', dryRun: false, bytes: 9 } as const;
    const importing = { ...job, kind: 'import', filter: null, import: order } as const;
    expect(jobSentence(importing)).toBe('Imports a file of 5,000 lines.');
    expect(jobSentence({ ...importing, total: 1, import: { ...order, dryRun: true } })).toBe(
      'Dry run of a file of 1 line: nothing is changed.',
    );
  });

  it('counts the targets that are listed with their reasons', () => {
    const failure = { id: null, ip: '192.0.2.1', vrf: 'default', name: null, reason: 'refused', text: '' } as const;
    expect(leftOutText({ ...job, failures: [failure] })).toBe(
      '40 targets were skipped or failed, and why (the first 1)',
    );
    expect(leftOutText({ ...job, skipped: 0, failed: 1, failures: [failure] })).toBe(
      '1 target was skipped or failed, and why',
    );
  });

  it('is final when the job has ended', () => {
    expect([null, job, { ...job, state: 'failed' } as const].map(isFinished)).toEqual([false, false, true]);
  });
});
