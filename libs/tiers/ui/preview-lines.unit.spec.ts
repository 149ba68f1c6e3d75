import type { TierPreview, UnplacedTargets } from '@icmp-mon/assignment/contract';
import { describe, expect, it } from 'vitest';
import { previewLines } from './preview-lines';

const regions = {
  reason: 'too_few_regions',
  text: 'too few regions',
  count: 311,
  sample: [],
} satisfies UnplacedTargets;
const preview = (more: Partial<TierPreview>): TierPreview => ({
  ...{ targets: 1_204, moved: 0, unplaced: [], agents: [], sentences: ['No target moves.'] },
  ...more,
});

describe('the sentences of a preview', () => {
  it('about targets that cannot be placed are shown once, with the targets', () => {
    const sentences = ['311 targets cannot meet minRegions = 3.', '12 targets would get other agents.'];
    expect(previewLines(preview({ moved: 12, unplaced: [regions], sentences }))).toEqual({
      unplaced: [{ sentence: '311 targets cannot meet minRegions = 3.', targets: regions }],
      summary: ['12 targets would get other agents.'],
    });
  });

  it('state of a tier without targets only that', () => {
    expect(previewLines(preview({ targets: 0 })).summary).toEqual([
      'The tier has no targets: no agent gets more or less to do.',
    ]);
    expect(previewLines(preview({})).summary).toEqual(['No target moves.']);
  });
});
