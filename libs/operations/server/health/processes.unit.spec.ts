import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { DETAIL_KIND_MAX } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import type { Look } from './health-reading';
import { PROCESSES_PART } from './processes';

const process = (app: string, more: object = {}) => ({
  ...{ app, host: 'somewhere', pid: 1, version: '1', started_at: new Date(0), silent_s: 1 },
  ...{ ready: true, troubles: {}, clock_ahead_s: 0, detail_kind_max: DETAIL_KIND_MAX, ...more },
});

const read = (gateway: object, others: object = {}) => {
  const rows = [...['api', 'projector', 'worker'].map((app) => process(app, others)), process('gateway', gateway)];
  const control = { query: () => Promise.resolve(rows) };
  return PROCESSES_PART.readPart({ control, thresholds: DEFAULT_THRESHOLDS } as unknown as Look);
};

describe('the health of processes', () => {
  it('shows which limits a ready process applied, and stays ok', async () => {
    const { state, summary, rows } = await read({ troubles: { limits: 'in 5 min: 3 requests refused (telemetry)' } });
    expect(state).toBe('ok');
    expect(summary).toBe('4 processes ready, version 1; gateway: in 5 min: 3 requests refused (telemetry)');
    expect(rows[3].values['trouble']).toBe('ready; limits: in 5 min: 3 requests refused (telemetry)');
  });

  it('shows what is missing in a process that is not ready', async () => {
    const { state, rows } = await read({ ready: false, troubles: { kafka: 'does not respond' } });
    expect(state).toBe('attention');
    expect(rows[3].values['trouble']).toBe('kafka: does not respond');
  });

  it.each(['projector', 'worker', 'api'])(
    'names a process of an older release that reads fewer results: %s',
    async (app) => {
      const rows = ['api', 'projector', 'worker', 'gateway'].map((each) =>
        process(each, each === app ? { detail_kind_max: DETAIL_KIND_MAX - 1 } : {}),
      );
      const control = { query: () => Promise.resolve(rows) };
      const reading = await PROCESSES_PART.readPart({ control, thresholds: DEFAULT_THRESHOLDS } as unknown as Look);
      expect(reading.state).toBe('attention');
      expect(reading.summary).toContain(`${app} on somewhere: ready; upgrade it: this older release cannot read`);
    },
  );

  it('names a process with a problem before those of an older release, in the middle of an upgrade', async () => {
    const { summary } = await read({ clock_ahead_s: 3_000 }, { detail_kind_max: DETAIL_KIND_MAX - 1 });
    expect(summary).toBe("gateway on somewhere: clock is 50 min ahead of the database's; ready");
  });

  it('does not name an older gateway: it reads no results', async () => {
    expect(await read({ detail_kind_max: DETAIL_KIND_MAX - 1 })).toMatchObject({ state: 'ok' });
  });
});
