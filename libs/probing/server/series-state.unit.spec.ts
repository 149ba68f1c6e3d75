import { OUTCOME } from '@icmp-mon/probing/contract';
import { LANE, WINDOW_MS } from '@icmp-mon/probing/wire';
import { type RecordPlace, type ResultBatch, ShardDirectory, type TargetEntry } from '@icmp-mon/shard/engine';
import { agentIdOf } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { SeriesRecovery } from './series-recovery';
import { SeriesState } from './series-state';
import type { SeriesTables } from './series-tables';

const KEY = 7;
/** When the window that starts at 0 is folded. */
const FOLDED_MS = WINDOW_MS + 20_000;

function stateOf(): { state: SeriesState; probe: (sampleMs: number, place?: Partial<RecordPlace>) => void } {
  const directory = new ShardDirectory({ assigned: () => undefined, unassigned: () => undefined });
  directory.applyAgent({
    ...{ kind: 'agent', agentId: agentIdOf(1), name: 'a', region: 'r', provider: 'p', state: 'active' },
  });
  const [agent] = directory.agents.values();
  const state = new SeriesState(0, () => directory);
  const target: TargetEntry = {
    ...{ key: KEY, targetId: '', ip: '', vrf: '', tier: 't', policy: undefined, selected: [], pairs: [] },
  };
  const probe = (sampleMs: number, place: Partial<RecordPlace> = {}): void => {
    const batch: ResultBatch = {
      ...{ count: 1, agent, lane: LANE.live, late: 0, receivedAtMs: sampleMs, target: [target], policy: [] },
      ...{ pairSlot: Int32Array.of(0), check: Uint16Array.of(1), sampleMs: Float64Array.of(sampleMs) },
      ...{ outcome: Uint8Array.of(OUTCOME.reply), rttUs: Uint32Array.of(1_000), details: new Map() },
    };
    state.onResults(batch, placeOf(place));
  };
  return { state, probe };
}

const placeOf = (place: Partial<RecordPlace> = {}): RecordPlace => ({
  ...{ shard: 0, offset: 1, alreadyCommitted: false, committedAhead: null, ...place },
});
const tick = (state: SeriesState, atMs: number, place: Partial<RecordPlace> = {}): void =>
  state.onTick({ ageMs: 0, atMs }, placeOf(place));

describe('the state of series', () => {
  it('has unstored samples in open windows, then complete windows, then late samples', () => {
    const { state, probe } = stateOf();
    tick(state, 30_000);
    probe(1_000);
    const sizes = (): number[] => [state.dirty.size, state.folding.size, state.lateDirty.size];
    expect(sizes()).toEqual([1, 0, 0]);
    tick(state, FOLDED_MS);
    expect(sizes()).toEqual([0, 1, 0]);
    expect([state.watermarkMs, state.storedWatermarkMs]).toEqual([WINDOW_MS, 0]);
    state.flushed(true);
    expect(state.hasPending).toBe(false);
    probe(2_000);
    expect(sizes()).toEqual([0, 0, 1]);
  });

  it('is due for a checkpoint after each fold but the first, until one was collected', () => {
    const { state } = stateOf();
    tick(state, FOLDED_MS);
    expect(state.checkpointDue).toBe(false);
    tick(state, FOLDED_MS + WINDOW_MS);
    state.flushed(false);
    expect(state.checkpointDue).toBe(true);
    state.flushed(true);
    expect(state.checkpointDue).toBe(false);
  });

  it('has nothing to store for records whose effects are already committed', () => {
    const { state, probe } = stateOf();
    probe(1_000, { alreadyCommitted: true });
    probe(2_000, { offset: 4, committedAhead: new Map([[KEY, 4]]) });
    expect(state.hasPending).toBe(false);
    probe(3_000, { offset: 5, committedAhead: new Map([[KEY, 4]]) });
    expect(state.dirty.size).toBe(1);
    tick(state, FOLDED_MS, { alreadyCommitted: true });
    expect([state.folding.size, state.watermarkMs, state.storedWatermarkMs]).toEqual([0, WINDOW_MS, WINDOW_MS]);
  });

  it('is the same after a checkpoint of its open windows', () => {
    const { state, probe } = stateOf();
    tick(state, FOLDED_MS);
    state.flushed(true);
    probe(WINDOW_MS + 1_000);
    probe(WINDOW_MS + 2_000);
    const { state: restored } = stateOf();
    restored.restore(state.checkpoint());
    expect(restored.checkpoint()).toEqual(state.checkpoint());
    expect(restored.hasPending).toBe(false);
  });
});

describe('the recovery of series', () => {
  const tablesWith = (watermarkMs: number): SeriesTables<null> => ({
    openFlush: () => {
      throw new Error('nothing is flushed here');
    },
    closeFragments: async () => watermarkMs,
  });

  it('removes open windows after a gap, and never decreases the watermark', async () => {
    for (const storedWatermarkMs of [2 * WINDOW_MS, 0]) {
      const { state, probe } = stateOf();
      tick(state, FOLDED_MS);
      probe(WINDOW_MS + 1_000);
      await new SeriesRecovery(0, tablesWith(storedWatermarkMs), state).resetAfterGap(null, 9);
      expect(state.samples.before(Infinity)).toEqual([]);
      expect([state.hasPending, state.checkpointDue]).toEqual([false, false]);
      expect(state.watermarkMs).toBe(Math.max(WINDOW_MS, storedWatermarkMs));
    }
  });
});
