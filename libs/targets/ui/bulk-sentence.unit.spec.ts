import '@angular/compiler';
import type { BulkChange, BulkPreview } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { changeWords, requestSentence } from './bulk-sentence';

const preview = (
  count: number,
  changes: number,
  members: Partial<Record<keyof BulkChange, number>> = {},
): BulkPreview => ({
  ...{ count, changes, sample: [], skipped: [] },
  members: Object.entries(members).map(([member, each]) => ({ member: member as keyof BulkChange, changes: each })),
});
const ofChange = (change: BulkChange, answer: BulkPreview): string =>
  requestSentence({ route: 'bulk', body: { filter: 'site=fra', change } }, answer);
const ofRemoval = (answer: BulkPreview): string =>
  requestSentence({ route: 'bulk', body: { filter: 'site=fra', remove: true } }, answer);
const ofBlock = (answer: BulkPreview): string =>
  requestSentence({ route: 'expand', body: { cidr: '192.0.2.0/24', tier: 'fast' } }, answer);

describe('what a bulk request does, in one sentence', () => {
  it('names each member with its number of targets', () => {
    expect(
      ofChange({ addTags: { role: 'edge' }, tier: 'gold' }, preview(1_300, 1_204, { addTags: 1_204, tier: 311 })),
    ).toBe('Sets role=edge on 1,204 targets and changes the tier of 311 targets to gold.');
    const change = { removeTags: ['rack', 'row'], paused: true, owner: null };
    expect(ofChange(change, preview(2, 2, { removeTags: 1, paused: 2, owner: 2 }))).toBe(
      'Removes the tags rack and row from 1 target, pauses probing of 2 targets and removes the owner of 2 targets.',
    );
    expect(ofChange({ paused: false, owner: 'noc' }, preview(1, 1, { paused: 1, owner: 1 }))).toBe(
      'Resumes probing of 1 target and sets the owner of 1 target to noc.',
    );
  });

  it('leaves out what changes no target', () => {
    expect(ofChange({ addTags: { a: 'b' }, tier: 'gold' }, preview(5, 2, { addTags: 0, tier: 2 }))).toBe(
      'Changes the tier of 2 targets to gold.',
    );
    expect(ofChange({ tier: 'gold' }, preview(1_200, 0, { tier: 0 }))).toBe('Changes none of 1,200 selected targets.');
    expect(ofChange({ tier: 'gold' }, preview(0, 0))).toBe('No target is selected, so nothing would be changed.');
  });

  it('states a removal', () => {
    expect(ofRemoval(preview(1_204, 1_204))).toBe('Removes all 1,204 selected targets.');
    expect(ofRemoval(preview(1, 1))).toBe('Removes the selected target.');
    expect(ofRemoval(preview(1_204, 1_200))).toBe('Removes 1,200 of 1,204 targets.');
    expect(ofRemoval(preview(3, 0))).toBe('Removes no target.');
  });

  it('states the addresses of a block', () => {
    expect(ofBlock(preview(254, 254))).toBe('Adds 254 addresses as targets of the tier fast.');
    expect(ofBlock(preview(4_096, 1_000))).toBe('Adds 1,000 of 4,096 addresses as targets of the tier fast.');
    expect(ofBlock(preview(4_096, 0))).toBe('Adds no target: all 4,096 addresses are targets already.');
  });

  it('without numbers describes a job', () => {
    expect(changeWords({ addTags: { role: 'edge', place: 'am Main' }, tier: 'gold' })).toBe(
      'sets "place=am Main" role=edge and changes the tier to gold',
    );
  });
});
