import type { DeadLetterList, HealthPart, HealthView, ReplayResult } from '@icmp-mon/operations/contract';
import { HealthReader, observeHealth, ProcessReport } from '@icmp-mon/operations/server';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { Messaging, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { metrics } from '@icmp-mon/platform/ops';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

const TOPIC = 'internal.agent-telemetry';

describe('the health of the product', () => {
  let api: TestApi;
  let messaging: Messaging;

  beforeAll(async () => {
    api = await startTestApi({ disks: [{ name: 'telemetry database', sizeBytes: 2 ** 40 }] }, { judging: false });
    messaging = api.app.get(Messaging);
    await messaging.ensureTopics({ shardCount: 2 });
  });
  afterAll(async () => {
    clearInterval(holding);
    await api.stop();
  });

  async function partOf(id: string): Promise<HealthPart> {
    const view = (await (await api.sendRequest('/api/v1/health', { role: 'viewer' })).json()) as HealthView;
    const part = view.parts.find((candidate) => candidate.id === id);
    if (part === undefined) throw new Error(`there is no part ${id}`);
    return part;
  }

  /** Waits until the part has the state: Health keeps its answer for two seconds, and reports a service that answers late. */
  const eventuallyPart = (id: string, check: (part: HealthPart) => void): Promise<void> =>
    eventually(async () => check(await partOf(id)));

  let holding: NodeJS.Timeout | undefined;

  /** Renews the leases as a projector does: a lease must not end later than it can. */
  async function holdShards(): Promise<void> {
    const telemetry = api.app.get(TelemetryDatabase);
    const hold = (): Promise<number> => telemetry.execute(`UPDATE shard SET expires_at = now() + interval '4 seconds'`);
    clearInterval(holding);
    await hold();
    holding = setInterval(() => void hold(), 1_000);
  }

  it('has the parts of all contexts, in the order of the result pipeline', () => {
    const order =
      'shards statuses publishers agents assignment uncounted placement processes services consumers dead-letters history disks inventory-sources';
    expect(api.app.get(HealthReader).parts.map(({ id }) => id)).toEqual(order.split(' '));
  });

  it('reports the worst part first, in one line', async () => {
    await eventuallyPart('services', (part) => expect(part).toMatchObject({ state: 'ok', advice: null }));
    const view = (await (await api.sendRequest('/api/v1/health')).json()) as HealthView;
    expect(view.state).toBe('bad');
    expect(view.headline).toMatch(/^Shards: No shards exist/);
    const states = view.parts.map(({ state }) => state);
    expect(states.lastIndexOf('bad')).toBeLessThan(states.indexOf('ok'));
  });

  it('grades a shard by the age of its last stored results', async () => {
    const telemetry = api.app.get(TelemetryDatabase);
    await telemetry.execute(
      `INSERT INTO shard (shard, epoch, holder, expires_at)
       SELECT s, 3, 'host:12:1', now() FROM generate_series(0, 1) s`,
    );
    await holdShards();
    await telemetry.execute(
      `INSERT INTO shard_position (shard, participant, position, log_at)
       SELECT s, p, 41, now() - CASE WHEN s = 1 AND p = 'series' THEN interval '10 minutes' ELSE interval '0' END
       FROM generate_series(0, 1) s, unnest(ARRAY['status', 'series']) p`,
    );
    await eventuallyPart('shards', (part) => {
      expect(part).toMatchObject({ state: 'bad', summary: expect.stringMatching(/^1 of 2 shards/) });
      expect(part.rows[0]).toMatchObject({ state: 'bad', values: { shard: '1', owner: 'host:12', lagRecords: 0 } });
      expect(part.rows[1]).toMatchObject({ state: 'ok', values: { shard: '0', position: 41, logEnd: 0 } });
    });
  });

  it('reports the age of the statuses and why they are late', async () => {
    const telemetry = api.app.get(TelemetryDatabase);
    const oldResults = `UPDATE shard_position SET log_at = now() +
      CASE WHEN shard = 1 AND participant = 'series' THEN interval '-10 minutes' ELSE interval '1 hour' END`;
    await telemetry.execute(oldResults);
    await eventuallyPart('statuses', (part) => {
      expect(part).toMatchObject({
        state: 'bad',
        summary: 'Results are 10 min old: no ticks: no worker writes them',
      });
    });
    await telemetry.execute(`UPDATE shard_position SET log_at = now() - interval '10 minutes'`);
    await eventuallyPart('statuses', (part) => {
      expect(part.summary).toBe('Statuses are 10 min old: no ticks: no worker writes them');
    });
    clearInterval(holding);
    await telemetry.execute(`UPDATE shard SET expires_at = now()`);
    await eventuallyPart('statuses', (part) => {
      expect(part.summary).toBe('Statuses are 10 min old: no projector owns 2 of 2 shards');
    });
    await holdShards();
    await telemetry.execute(`UPDATE shard_position SET log_at = now() + interval '1 hour'`);
    await telemetry.execute(
      `INSERT INTO status_change VALUES (1, 7, 1, gen_random_uuid(), '192.0.2.1', 'default', 'fast', 'up', 'down', 'quorum_down',
         now() - interval '2 minutes', now(), NULL, '{}', false, 1)`,
    );
    await eventuallyPart('statuses', (part) => {
      expect(part).toMatchObject({
        state: 'bad',
        summary: 'Statuses are 2 min old: 7 status changes not published yet',
      });
    });
    await telemetry.execute(`INSERT INTO status_publication VALUES (1, 7)`);
    await eventuallyPart('statuses', (part) => expect(part.state).toBe('ok'));
    await telemetry.execute(oldResults);
  });

  it('lists the processes by their reports, and reports a missing one', async () => {
    const report = (app: string, ok: boolean): ProcessReport =>
      new ProcessReport(api.control, {
        app,
        version: '1.2.3',
        readiness: () => ({ kafka: { ok, detail: 'is away' } }),
      });
    const reports = [report('gateway', true), report('projector', false), report('worker', true), report('api', true)];
    for (const each of reports) each.start();
    await eventuallyPart('processes', (part) => {
      expect(part).toMatchObject({
        state: 'attention',
        summary: expect.stringMatching(/^projector on .*: kafka: is away$/),
      });
    });
    await reports[0]?.stop();
    await eventuallyPart('processes', (part) => {
      expect(part).toMatchObject({ state: 'bad', summary: 'No gateway is reporting' });
    });
    await Promise.all(reports.slice(1).map((each) => each.stop()));
  });

  it('reports a process with a wrong clock and its offset', async () => {
    await api.control.execute(
      `INSERT INTO app_process (instance, app, host, pid, version, started_at, seen_at, ready, troubles, clock_ahead_ms)
       SELECT gen_random_uuid(), app, 'far', 7, '1.2.3', now(), now(), true, '{}', CASE app WHEN 'gateway' THEN 3000000 ELSE 2 END
       FROM unnest(ARRAY['gateway', 'projector', 'worker', 'api']) AS app`,
    );
    await eventuallyPart('processes', (part) => {
      expect(part).toMatchObject({
        state: 'attention',
        summary: expect.stringMatching(/^gateway .*clock is 50 min ahead of the database's/),
      });
    });
    await api.control.execute(`DELETE FROM app_process WHERE host = 'far'`);
  });

  it('does not report processes as missing after the database was unavailable and none could report', async () => {
    const reports = ['gateway', 'projector', 'worker', 'api'].map(
      (app) => new ProcessReport(api.control, { app, version: '1.2.3', readiness: () => ({}) }),
    );
    for (const each of reports) each.start();
    await eventuallyPart('processes', (part) => expect(part).toMatchObject({ state: 'ok' }));
    await api.control.execute(`UPDATE app_process SET seen_at = seen_at - interval '10 minutes'`);
    await eventuallyPart('processes', (part) => {
      expect(part).toMatchObject({ state: 'ok' });
      expect(Number(part.rows[0]?.values['silentS'])).toBeGreaterThan(9);
    });
    await Promise.all(reports.map((each) => each.stop()));
  });

  it('does not report agents as lost while no projector consumes their reports', async () => {
    await api.control.execute(
      `INSERT INTO agent (id, name, region, provider, tags, certificate_sha256, certificate_not_after, enrolled_at, version)
       VALUES (gen_random_uuid(), 'lab', 'eu', 'p', '{}', '', now(), now(), 1)`,
    );
    await eventuallyPart('agents', (part) => {
      expect(part).toMatchObject({ state: 'unknown', summary: "Unknown: no projector consumes agents' reports" });
    });
    const projector = new ProcessReport(api.control, { app: 'projector', version: '1.2.3', readiness: () => ({}) });
    projector.start();
    await eventuallyPart('agents', (part) => {
      expect(part).toMatchObject({ state: 'bad', summary: '1 of 1 agent lost: lab', unknownSince: null });
    });
    await projector.stop();
  });

  const growsByAGigabyteAMinute = (forMinutes: number) =>
    api.control.execute(
      `INSERT INTO disk_sample (disk, at, used_bytes)
       SELECT 'telemetry database', now() - m * interval '1 minute', 1000000000000 - m * 1000000000::bigint
       FROM generate_series(0, $1::integer, 5) m ON CONFLICT DO NOTHING`,
      [forMinutes],
    );
  const telemetryDisk = (part: HealthPart) => part.rows.find(({ values }) => values['disk'] === 'telemetry database');

  it('gives no forecast from the first hour of a disk', async () => {
    await growsByAGigabyteAMinute(60);
    await eventuallyPart('disks', (part) => {
      expect(telemetryDisk(part)).toMatchObject({
        state: 'ok',
        values: { growth: null, fullInDays: null, forecast: 'not enough samples yet: 6 h are needed' },
      });
    });
  });

  it('forecasts from its growth when a disk will be full', async () => {
    await growsByAGigabyteAMinute(480);
    await eventuallyPart('disks', (part) => {
      const row = telemetryDisk(part);
      // Projected to a tebibyte.
      expect(row).toMatchObject({ state: 'bad', values: { forecast: 'from 8 h of samples' } });
      expect(row?.values['fullInDays']).toBeCloseTo(2 ** 40 / 1e9 / 1_440, 1);
    });
    const kafka = (await partOf('disks')).rows.find(({ values }) => String(values['disk']).startsWith('Kafka'));
    expect(kafka?.values['totalBytes']).toBeGreaterThan(0);
  });

  it('reports missing hourly aggregates even when none was ever computed', async () => {
    await eventuallyPart('history', (part) => expect(part).toMatchObject({ state: 'ok' }));
    await api.app.get(TelemetryDatabase).execute(
      `INSERT INTO probe_series
       SELECT 1, 1, 0, now() - h * interval '1 hour', 1, 1, 0, 0, 1, 1, 1, 0, 0, '\\x010201', '\\x01'
       FROM unnest(ARRAY[50, 1]) WITH ORDINALITY u(h, n) ORDER BY n`,
    );
    await eventuallyPart('history', (part) => {
      expect(part).toMatchObject({ state: 'bad', summary: 'Hourly figures are late' });
      const hourly = part.rows.find(({ values }) => values['level'] === 'hourly');
      expect(Math.round(Number(hourly?.values['behindS']) / 3_600)).toBe(50);
    });
  });

  it('exports every part to Prometheus', async () => {
    observeHealth(api.app.get(HealthReader));
    const text = await metrics.metrics();
    expect(text).toMatch(/^icmpmon_health_state\{part="shards"\} 2$/m);
    expect(text).toMatch(/^icmpmon_shard_stored_age_seconds\{shard="1"\} 6\d\d/m);
    expect(text).toMatch(/^icmpmon_dead_letters_waiting\{topic="public.targets.v1"\} 0$/m);
  });

  it('answers without Kafka, and reports what is unknown', async () => {
    const blind = await startTestApi({ kafkaBrokers: ['127.0.0.1:1'] });
    try {
      const answer = await blind.sendRequest('/api/v1/health');
      expect(answer.status).toBe(200);
      const { parts } = (await answer.json()) as HealthView;
      const stateOf = (id: string) => parts.find((part) => part.id === id);
      expect(stateOf('services')).toMatchObject({ state: 'bad', summary: 'Not responding: Kafka' });
      expect(stateOf('consumers')).toMatchObject({ state: 'unknown', unknownSince: expect.any(String) });
      expect(stateOf('dead-letters')).toMatchObject({ state: 'unknown' });
    } finally {
      await blind.stop();
    }
  });

  describe('dead letters', () => {
    const replay = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
      api.postJson('/api/v1/dead-letters/replay', body, headers);

    async function list(query = ''): Promise<DeadLetterList> {
      return (await (await api.sendRequest(`/api/v1/dead-letters${query}`)).json()) as DeadLetterList;
    }

    async function setAside(count: number, from = 0, paddingBytes = 0): Promise<void> {
      await messaging.sendMessages(
        `${TOPIC}.dlq`,
        Array.from({ length: count }, (_, index) => ({
          key: `agent-${from + index}`,
          value:
            from + index === 1
              ? Buffer.from([0, 255, 7])
              : Buffer.from(`message ${from + index}${' '.repeat(paddingBytes)}`),
          headers: {
            'origin-topic': TOPIC,
            'origin-partition': '1',
            'origin-offset': String(40 + from + index),
            'origin-group': 'agent-health',
            cause: 'PoisonError: not a telemetry report',
            'dead-lettered-at': '2026-11-23T10:00:00.000Z',
          },
        })),
      );
    }

    async function sentBack(): Promise<ReceivedMessage['value'][]> {
      const bounds = (await messaging.topicBounds([TOPIC])).get(TOPIC)?.get(1);
      const log = await messaging.openLog(TOPIC);
      const values: Buffer[] = [];
      await log.followPartition(
        1,
        bounds?.low ?? 0,
        async (records) => void values.push(...records.map(({ value }) => Buffer.from(value))),
        () => undefined,
      );
      await eventually(() => expect(values).toHaveLength(bounds?.high ?? 0));
      await log.close();
      return values;
    }

    it('are listed in pages with their cause and the beginning of their content', async () => {
      await setAside(3);
      const first = await list('?limit=2');
      expect(first.topics).toContainEqual({ topic: TOPIC, waiting: 3 });
      expect(first.items).toMatchObject([
        {
          topic: TOPIC,
          partition: 0,
          offset: 0,
          at: '2026-11-23T10:00:00.000Z',
          cause: 'PoisonError: not a telemetry report',
          group: 'agent-health',
          origin: { partition: 1, offset: 40 },
          key: 'agent-0',
          sizeBytes: 9,
          preview: 'message 0',
        },
        { offset: 1, sizeBytes: 3, preview: '00ff07' },
      ]);
      const second = await list(`?limit=2&cursor=${encodeURIComponent(first.next ?? '')}`);
      expect(second).toMatchObject({ items: [{ offset: 2 }], next: null });
      await eventuallyPart('dead-letters', (part) => expect(part).toMatchObject({ state: 'attention' }));
    });

    it('cannot be replayed without the permission, or where there are none', async () => {
      const body = JSON.stringify({ topic: TOPIC });
      const headers = { 'content-type': 'application/json' };
      const refused = await api.sendRequest('/api/v1/dead-letters/replay', {
        method: 'POST',
        role: 'operator',
        body,
        headers,
      });
      expect(refused.status).toBe(403);
      expect((await replay({ topic: 'internal.nothing' })).status).toBe(404);
      expect((await replay({ topic: TOPIC, offset: 99 })).status).toBe(404);
      expect((await replay({ topic: TOPIC, offset: -1 })).status).toBe(400);
      expect((await api.sendRequest('/api/v1/dead-letters?cursor=nonsense')).status).toBe(400);
    });

    it('are replayed one by one or all together, none of them twice, and the log records the user', async () => {
      const one = await replay({ topic: TOPIC, offset: 1 });
      expect(await one.json()).toEqual({ topic: TOPIC, replayed: 1, left: 2 } satisfies ReplayResult);
      // Kafka still holds it behind one that waits: it is neither shown nor replayed again.
      expect((await list()).items.map(({ offset }) => offset)).toEqual([0, 2]);
      expect((await replay({ topic: TOPIC, offset: 1 })).status).toBe(409);

      const key = { 'Idempotency-Key': 'replay-all' };
      const all = await replay({ topic: TOPIC }, key);
      expect(await all.json()).toEqual({ topic: TOPIC, replayed: 2, left: 0 });
      await setAside(1, 3);
      expect(await (await replay({ topic: TOPIC }, key)).json()).toEqual({ topic: TOPIC, replayed: 2, left: 0 });
      expect((await list()).items.map(({ key: of }) => of)).toEqual(['agent-3']);

      const values = await sentBack();
      expect(values.map((value) => value?.toString('hex'))).toEqual(
        [Buffer.from([0, 255, 7]), Buffer.from('message 0'), Buffer.from('message 2')].map((value) =>
          value.toString('hex'),
        ),
      );
      const events = await api.control.query<{ data: { letters: object[] }; metadata: { actor: string } }>(
        `SELECT data, metadata FROM event WHERE stream = $1 ORDER BY version`,
        [`deadletters-${TOPIC}`],
      );
      expect(events.map(({ data }) => data.letters.length)).toEqual([1, 2]);
      expect(events[0]?.metadata.actor).toMatch(/^api-key:/);
      expect(await api.control.query('SELECT 1 FROM dead_letter_replayed')).toHaveLength(0);
    });

    it('are replayed in batches that the topic accepts, and a replay that fails midway repeats none of the sent ones', async () => {
      expect(await (await replay({ topic: TOPIC })).json()).toMatchObject({ replayed: 1, left: 0 });
      const before = (await sentBack()).length;
      // Together they are larger than the topic accepts.
      for (const from of [10, 13]) await setAside(3, from, 300_000);
      const { deadLetters } = messaging;
      const resend = deadLetters.resend.bind(deadLetters);
      const broken = vi.spyOn(deadLetters, 'resend');
      broken.mockImplementationOnce(resend).mockImplementationOnce(resend);
      broken.mockRejectedValueOnce(new DependencyUnavailable('Kafka', {}));
      expect((await replay({ topic: TOPIC })).status).toBe(503);
      broken.mockRestore();
      expect((await list()).items.map(({ key }) => key)).toEqual(['agent-12', 'agent-13', 'agent-14', 'agent-15']);
      expect(await (await replay({ topic: TOPIC })).json()).toEqual({ topic: TOPIC, replayed: 4, left: 0 });
      const again = (await sentBack()).slice(before).map((value) => value?.toString().trim());
      expect(again).toEqual([10, 11, 12, 13, 14, 15].map((index) => `message ${index}`));
    });

    it('of a recreated log are not mistaken for those of the old log', async () => {
      await api.control.execute(
        `INSERT INTO dead_letter_replayed (topic, partition, letter_offset) SELECT $1, 0, o FROM generate_series(5, 30) o`,
        [TOPIC],
      );
      const { high = 0 } = (await messaging.deadLetters.letterBounds()).get(TOPIC)?.get(0) ?? {};
      await list();
      const kept = await api.control.query<{ letter_offset: number }>('SELECT letter_offset FROM dead_letter_replayed');
      expect(Math.max(...kept.map((row) => row.letter_offset))).toBe(high - 1);
      await setAside(2, 20);
      expect((await list()).items.map(({ key }) => key)).toEqual(['agent-20', 'agent-21']);
    });
  });
});
