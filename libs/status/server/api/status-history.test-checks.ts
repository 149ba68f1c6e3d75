import type { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { StatusHistoryView } from '@icmp-mon/status/contract';
import { expect, it } from 'vitest';
import { AGENTS, AT_MS, targetOf, VOTES } from './status-api.test-fixture';

interface Routes {
  telemetry: TelemetryDatabase;
  get<T>(path: string): Promise<{ status: number; body: T }>;
}

/** For specs only: checks of the statuses of a target in a range, as known then and as corrected. */
export function checkStatusHistory(of: () => Routes): void {
  it('return which statuses a target had in a range, also the one before it, and none after its removal', async () => {
    const { telemetry, get } = of();
    const add = (seq: number, to: string, atMs: number, removed = false): Promise<number> =>
      telemetry.execute(
        `INSERT INTO status_change VALUES (9, $1, 10, $2, $3, 'default', 'standard', 'up', $4, 'quorum_down', $5, $5, NULL, $6, $7, 1)`,
        [seq, targetOf(10).id, targetOf(10).ip, to, new Date(atMs), JSON.stringify(VOTES), removed],
      );
    const minute = (count: number): number => AT_MS + count * 60_000;
    await add(1, 'unknown', minute(0));
    await add(2, 'up', minute(1));
    // Two changes at the same time: the first one has no length.
    await add(3, 'down', minute(3));
    await add(4, 'degraded', minute(3));
    await add(5, 'up', minute(5));
    await add(6, 'unknown', minute(7), true);
    const read = async (from: number, to: number, view = 'known'): Promise<unknown[]> => {
      const range = `view=${view}&from=${new Date(minute(from)).toISOString()}&to=${new Date(minute(to)).toISOString()}`;
      const { body } = await get<StatusHistoryView>(`targets/127.0.0.10/status/history?${range}`);
      expect(body.truncated).toBe(false);
      const minuteOf = (at: string | null): number | null => (at === null ? null : (Date.parse(at) - AT_MS) / 60_000);
      return body.items.map((each) => [each.status, minuteOf(each.from), minuteOf(each.to)]);
    };
    expect(await read(2, 4)).toEqual([
      ['up', 1, 3],
      ['degraded', 3, null],
    ]);
    expect(await read(4, 9)).toEqual([
      ['degraded', 3, 5],
      ['up', 5, 7],
    ]);
    expect(await read(8, 9)).toEqual([]);
    await telemetry.execute(
      `INSERT INTO status_correction (target_key, revision, from_at, to_at, shard, status, reason, cause, agents)
       VALUES (10, 1, $1, $2, 9, 'up', 'quorum_up', 'late_results', $4::uuid[]), (10, 2, $2, $3, 9, 'down', 'quorum_down', 'late_results', '{}')`,
      [new Date(minute(3)), new Date(minute(4)), new Date(minute(6)), AGENTS.slice(0, 1)],
    );
    expect(await read(2, 4)).toEqual([
      ['up', 1, 3],
      ['degraded', 3, null],
    ]);
    expect(await read(2, 8, 'corrected')).toEqual([
      ['up', 1, 3],
      ['up', 3, 4],
      ['down', 4, 6],
      ['up', 6, 7],
    ]);
    const { body } = await get<StatusHistoryView>(
      `targets/127.0.0.10/status/history?from=${new Date(minute(1)).toISOString()}`,
    );
    expect(body.corrections.map(({ status, revision, agentIds }) => [status, revision, agentIds])).toEqual([
      ['up', 1, AGENTS.slice(0, 1)],
      ['down', 2, []],
    ]);
    expect((await get('targets/127.0.0.10/status/history?view=other')).status).toBe(400);
    await telemetry.execute('DELETE FROM status_correction');
    expect((await get('targets/127.0.0.10/status/history?from=now&to=now-1h')).status).toBe(400);
    await telemetry.execute('DELETE FROM status_change WHERE shard = 9');
  });
}
