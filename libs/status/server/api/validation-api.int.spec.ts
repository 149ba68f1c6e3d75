import { createHash } from 'node:crypto';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { ControlDatabase, DatabaseModule, TelemetryDatabase } from '@icmp-mon/platform/database';
import { HealthPartsModule } from '@icmp-mon/platform/health';
import { createHttpApp, HttpModule, listen } from '@icmp-mon/platform/http';
import { eventually, testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { targetFact, targetIdOf } from '@icmp-mon/shard/engine/testing';
import {
  type EvidencePage,
  EvidenceVerifier,
  type TargetChecksView,
  type ValidationPage,
} from '@icmp-mon/status/contract';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatusApiModule } from '../modules/api.module';
import { foldInto } from '../validation/stored-validation.test-data';
import { A, B, EDGE, INTERVAL_MS, PING, TELNET, ValidatedShard } from '../validation/validation-shard.test-data';

import { KEYS, Surroundings, TestApi } from './validation-api.test-data';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('checks that expect unreachable, from the log of a shard to the API', () => {
  let databases: TestDatabases;
  let telemetry: TelemetryDatabase;
  let app: INestApplication;
  let address: string;
  let log: ValidatedShard;

  beforeAll(async () => {
    databases = await testDatabase('both');
    const imports = [
      DatabaseModule.register(databases),
      Surroundings,
      CqrsModule.forRoot(),
      HttpModule,
      HealthPartsModule.register(),
      StatusApiModule.register({ shardCount: 1 }),
    ];
    const api: DynamicModule = { module: TestApi, imports };
    const created = await createHttpApp(api, { logger: false });
    app = created;
    address = `http://127.0.0.1:${await listen(created, 0, '127.0.0.1')}/api/v1`;
    telemetry = app.get(TelemetryDatabase);
    await app
      .get(ControlDatabase)
      .execute(`INSERT INTO tier (name, built_in, policy, version) VALUES ('edge', false, $1, 1)`, [
        JSON.stringify({ probeIntervalMs: INTERVAL_MS, checks: EDGE.checks, agentSelection: {} }),
      ]);
    log = await ValidatedShard.of([A, B], KEYS);
    await log.proves(A, 8);
    await log.addResults([{ key: 16, check: TELNET, outcome: OUTCOME.reply, rttUs: 800, agent: B }]);
    await log.proves(A, 8);
    await log.passTime(60_000);
    for (let round = 0; round < 3; round++) await log.proves(A, 8);
    await foldInto(telemetry, log.records);
    await telemetry.execute(
      `INSERT INTO shard_position (shard, participant, position, log_at) VALUES (0, 'status', 1, now())`,
    );
  });

  afterAll(async () => {
    await app.close();
    await databases.dropDatabases();
  });

  async function get<T>(path: string): Promise<{ status: number; body: T }> {
    const response = await fetch(`${address}/${path}`);
    return { status: response.status, body: (await response.json()) as T };
  }

  it('are listed worst first with counts, by status, filter and page', async () => {
    const all = (await get<ValidationPage>('validation')).body;
    expect(all.items.map(({ ip, status, reason }) => `${ip} ${status} ${reason}`)).toEqual([
      '127.0.0.16 violated answered',
      '127.0.0.24 untested no_results',
      '127.0.0.8 as_expected closed',
    ]);
    expect(all.items[0]).toMatchObject({ check: TELNET, type: 'tcp_connect', port: 23, tier: 'edge', name: null });
    expect(all.items[0].lastAnswer).toMatchObject({ agentId: B, agentName: 'agent-1', outcome: 'reply', rttUs: 800 });
    expect(all.counts).toEqual({ violated: 1, untested: 1, as_expected: 1 });
    const untested = (await get<ValidationPage>('validation?status=untested')).body;
    expect(untested.items.map(({ ip }) => ip)).toEqual(['127.0.0.24']);
    expect(untested.counts).toEqual(all.counts);
    const filtered = (await get<ValidationPage>('validation?filter=site%3Dfra')).body;
    expect(filtered.counts).toEqual({ violated: 1, untested: 0, as_expected: 0 });
    const first = (await get<ValidationPage>('validation?limit=2')).body;
    const second = (await get<ValidationPage>(`validation?limit=2&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items]).toEqual(all.items);
    expect(second.next).toBeNull();
  });

  it.each([
    ['validation?filter=status%3Ddown', '?filter'],
    ['validation?filter=(', '?filter'],
    ['validation?cursor=x', '?cursor'],
    ['targets/127.0.0.8/checks/2/evidence:export?from=x', '?from'],
    ['targets/127.0.0.8/checks/2/evidence:export?from=now-1h&to=now-2h', '?from'],
  ])('refuse %s', async (path, pointer) => {
    const { status, body } = await get<{ errors: { pointer: string }[] }>(path);
    expect(status).toBe(400);
    expect(body.errors[0].pointer).toBe(pointer);
  });

  it('are shown with the other checks of a target, and as untested while its shard is not judged', async () => {
    const { body } = await get<TargetChecksView>('targets/127.0.0.8/checks');
    expect(body.items.map(({ check, expect: expected, validation }) => [check, expected, validation?.status])).toEqual([
      [PING, 'reachable', undefined],
      [TELNET, 'unreachable', 'as_expected'],
    ]);
    await telemetry.execute(`UPDATE shard_position SET log_at = now() - interval '1 hour'`);
    await eventually(async () => expect((await get<ValidationPage>('validation')).body.counts.as_expected).toBe(0));
    const stale = (await get<ValidationPage>('validation')).body;
    expect(stale.counts).toEqual({ violated: 1, untested: 2, as_expected: 0 });
    expect(stale.items.at(-1)).toMatchObject({ status: 'untested', reason: 'not_judged' });
    await telemetry.execute('UPDATE shard_position SET log_at = now()');
    await eventually(async () => expect((await get<ValidationPage>('validation')).body.counts.as_expected).toBe(1));
  });

  it('have an evidence log with gaps, whose export is verified offline', async () => {
    const { body } = await get<EvidencePage>('targets/127.0.0.8/checks/2/evidence?limit=2');
    expect(body.items.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
      'untested no_results',
      'as_expected closed',
    ]);
    expect(body.next).toBeNull();
    expect(body.open).toEqual({
      ...{ from: body.items[0].until, status: 'as_expected', reason: 'closed' },
      ...{ agents: 1, probes: 1, proven: 1, answered: 0, notSent: 0 },
    });
    const older = await get<EvidencePage>('targets/127.0.0.8/checks/2/evidence?limit=1');
    const next = await get<EvidencePage>(`targets/127.0.0.8/checks/2/evidence?limit=1&cursor=${older.body.next}`);
    expect([older.body.open, next.body.open]).toEqual([body.open, null]);
    const response = await fetch(`${address}/targets/127.0.0.8/checks/2/evidence:export`);
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const verifier = new EvidenceVerifier(sha256);
    for (const line of (await response.text()).trimEnd().split('\n')) expect(verifier.addLine(line)).toBeNull();
    expect(verifier.finish().verified).toMatchObject({ target: targetIdOf(8), check: 2, entries: 2 });
    const none = await fetch(`${address}/targets/127.0.0.8/checks/2/evidence:export?to=2025-01-01`);
    expect(await none.text()).toMatch(/"chains":\[\]\}\n$/);
  });

  it('answer for an unknown target or a text that is not a number', async () => {
    const { status, body } = await get<{ detail: string }>('targets/127.0.0.8/checks/telnet/evidence');
    expect([status, body.detail]).toEqual([404, expect.stringContaining('/checks')]);
    expect((await get('targets/127.0.0.9/checks/2/evidence')).status).toBe(404);
    expect((await get<EvidencePage>('targets/127.0.0.8/checks/9/evidence')).body).toEqual({
      ...{ items: [], open: null, next: null },
    });
  });

  it('continue after a takeover where the stored rows end, also without a checkpoint', async () => {
    expect(await foldInto(telemetry, log.records, log.records.length - 1)).toBe(0);
    const before = log.records.length;
    await log.passTime(60_000);
    await log.fact({ kind: 'target-removed', targetKey: 24 });
    expect(await foldInto(telemetry, log.records, before - 1)).toBe(0);
    const rows = await telemetry.query<{ key: number; entries: number; hash: string }>(
      'SELECT target_key AS key, entries, hash FROM check_status ORDER BY target_key',
    );
    expect(rows.map(({ key }) => key)).toEqual([8, 16]);
    const [{ line }] = await telemetry.query<{ line: string }>(
      'SELECT line FROM check_evidence WHERE target_key = 8 ORDER BY entry DESC LIMIT 1',
    );
    expect(line).toContain(rows[0].hash);
    // A fold that has lost its log begins with the stored checks, and a removed target leaves.
    const lost = new ValidatedShard();
    await lost.fact(EDGE);
    await lost.fact(targetFact(8, 'edge', [A]));
    await lost.passTime(2_000);
    expect(await foldInto(telemetry, lost.records.slice(0, 2))).toBeGreaterThan(0);
    expect(await foldInto(telemetry, lost.records)).toBeGreaterThan(0);
    const kept = await telemetry.query<{ key: number; status: string; entries: number }>(
      'SELECT target_key AS key, status, entries FROM check_status ORDER BY target_key',
    );
    expect(kept.map(({ key }) => key)).toEqual([8]);
    expect(kept[0].entries).toBeGreaterThanOrEqual(rows[0].entries);
  });
});
