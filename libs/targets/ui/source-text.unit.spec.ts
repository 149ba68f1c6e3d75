import '@angular/compiler';
import type { InventorySource, SourceRunView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { conditionText, countsText, leftText, runTitle } from './source-text';

const RUN = {
  ...{
    state: 'completed',
    dryRun: false,
    listed: 1_500,
    created: 3,
    changed: 0,
    unchanged: 1_495,
    refused: 2,
    left: 0,
  },
  needsConfirmation: false,
} as SourceRunView;

describe('the text of a run', () => {
  it('has its state and its counts', () => {
    expect(runTitle(RUN)).toBe('Run: completed');
    expect(runTitle({ ...RUN, dryRun: true, state: 'reading' })).toBe('Dry run: reading the list');
    expect(countsText(RUN)).toBe('1,500 listed: 3 created, 1,495 unchanged, 2 refused');
    expect(countsText({ ...RUN, dryRun: true })).toContain('3 would be created');
    expect(countsText({ ...RUN, listed: 0, created: 0, unchanged: 0, refused: 0 })).toBe('0 listed');
  });

  it('states what happens to targets that left', () => {
    expect(leftText(RUN, 'remove')).toBe('');
    expect(leftText({ ...RUN, left: 1 }, 'remove')).toBe('1 target left the list and is removed.');
    expect(leftText({ ...RUN, left: 2, dryRun: true }, 'pause')).toBe('2 targets left the list and are to be paused.');
    expect(leftText({ ...RUN, left: 2, dryRun: true }, 'keep')).toBe('2 targets left the list and are kept.');
    expect(leftText({ ...RUN, left: 9_988, needsConfirmation: true }, 'remove')).toMatch(
      /^9,988 targets .*nothing was done/,
    );
  });
});

it('the condition of a source is the most important fact', () => {
  const source = { lastRun: RUN, failingSince: null, isEnabled: true } as InventorySource;
  expect(conditionText(source)).toBe('ok');
  expect(conditionText({ ...source, isEnabled: false })).toBe('not enabled');
  expect(conditionText({ ...source, failingSince: '2026-01-01T00:00:00Z' })).toBe('failing');
  expect(conditionText({ ...source, lastRun: { ...RUN, needsConfirmation: true } })).toBe('confirm');
  expect(conditionText({ ...source, lastRun: { ...RUN, state: 'applying' } })).toBe('changing targets');
  expect(conditionText({ ...source, lastRun: null })).toBe('not run yet');
});
