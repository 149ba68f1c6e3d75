import type { HealthPart, HealthView } from '@icmp-mon/operations/contract';
import { HealthReader, observeHealth } from '@icmp-mon/operations/server';
import { Messaging } from '@icmp-mon/platform/messaging';
import { metrics } from '@icmp-mon/platform/ops';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

describe('the health of placement and history', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi({}, { judging: false });
    await api.app.get(Messaging).ensureTopics({ shardCount: 2 });
  });
  afterAll(() => api.stop());

  /** Waits until the part has the state: Health keeps its answer for two seconds. */
  async function eventuallyPart(id: string, check: (part?: HealthPart) => void): Promise<void> {
    const read = async () => (await (await api.sendRequest('/api/v1/health', { role: 'viewer' })).json()) as HealthView;
    await eventually(async () => check((await read()).parts.find((part) => part.id === id)), { withinMs: 10_000 });
  }

  it('counts the targets that are not placed as their tier asks, by tier and reason', async () => {
    await eventuallyPart('placement', (part) => expect(part).toMatchObject({ state: 'ok', advice: null }));
    await api.control.execute(
      `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, selected, shortfall, wanted, placed)
       SELECT k, gen_random_uuid(), '192.0.2.' || k, 'default', 'fast', '{}',
         CASE WHEN k < 3 THEN 'no_agents' WHEN k = 3 THEN 'capacity' END, CASE WHEN k <= 3 THEN 1 END, CASE WHEN k <= 3 THEN 0 END
       FROM generate_series(1, 4) AS k`,
    );
    await eventuallyPart('placement', (part) => {
      expect(part).toMatchObject({
        state: 'attention',
        summary: expect.stringMatching(
          /^3 targets not placed as asked, 3 of them not probed: no agent in service .* \(2\), /,
        ),
        rows: [
          { values: { tier: 'fast', reason: 'no_agents', targets: 2, unprobed: 2 } },
          { values: { tier: 'fast', reason: 'capacity', targets: 1, unprobed: 1 } },
        ],
      });
    });
  });

  it('reports a history of the inventory that does not follow the event store', async () => {
    await api.control.execute(
      `INSERT INTO event_cursor (name, category, moved_at) VALUES ('target-versions', 'target', now() - interval '1 hour')`,
    );
    await api.control.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata, occurred_at)
       VALUES (gen_random_uuid(), 'target-x', 1, 'TargetErased', '{}', '{}', now() - interval '6 minutes')`,
    );
    await eventuallyPart('consumers', (part) => {
      expect(part).toMatchObject({
        state: 'bad',
        summary: 'Group target-versions has a lag of 1 message and has not advanced for 6 min',
        advice: expect.stringContaining('log of the worker'),
      });
    });
    await api.control.execute('UPDATE event_cursor SET position = (SELECT max(position) FROM event)');
    await eventuallyPart('consumers', (part) => expect(part).toMatchObject({ state: 'ok' }));
  });

  it('exports both to Prometheus', async () => {
    observeHealth(api.app.get(HealthReader));
    const text = await metrics.metrics();
    expect(text).toMatch(/^icmpmon_unplaced_targets\{tier="fast",reason="no_agents"\} 2$/m);
    expect(text).toMatch(/^icmpmon_unprobed_targets\{tier="fast",reason="capacity"\} 1$/m);
    expect(text).toMatch(/^icmpmon_group_lag_messages\{group="target-versions",topic="event store"\} 0$/m);
  });
});
