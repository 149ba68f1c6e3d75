import { describe, expect, it } from 'vitest';
import { AGENTS_PART } from './agents';
import type { Look } from './health-reading';
import { DEFAULT_THRESHOLDS } from './thresholds';

const REPORT = { agent_id: 'a', silent_s: 1, version: '1', spool_blocks: 1, spool_oldest_s: 1, dropped: 0 };

function lookAt(report: { spool_bytes: number; spool_bytes_max: number | null }): Look {
  const control = { query: () => Promise.resolve([{ id: 'a', name: 'lab' }]) };
  const telemetry = { query: () => Promise.resolve([{ ...REPORT, ...report }]) };
  return { control, telemetry, thresholds: DEFAULT_THRESHOLDS } as unknown as Look;
}

describe('the health of agents', () => {
  it.each([
    [49, 100, 'ok'],
    [50, 100, 'attention'],
    [90, 100, 'bad'],
    [1_000_000, null, 'ok'],
  ])('grades a spool that holds %i bytes of %s as %s', async (spool_bytes, spool_bytes_max, state) => {
    const { rows } = await AGENTS_PART.read(lookAt({ spool_bytes, spool_bytes_max }));
    expect(rows).toMatchObject([{ state, values: { agent: 'lab', spoolBytes: spool_bytes } }]);
  });
});
