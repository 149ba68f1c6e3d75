import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Messaging } from '@icmp-mon/platform/messaging';
import { type RebuildOutcome, rebuild, RebuildBusy } from '@icmp-mon/platform/rebuild';
import { PostgresCommit, writeCommits, type WriterTransaction } from '@icmp-mon/shard/engine';
import { testDatabase, type TestDatabases, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { projectStatuses } from '@icmp-mon/status/server';
import { register, remove, TARGET, TargetListProjection } from '@icmp-mon/targets/server';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { defineBuiltIn, TIER } from '@icmp-mon/tiers/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { plugContexts, type PluggedContexts } from './contexts';
import { changeMessage, storeChange, type TestChange } from './status-changes.test-data';

const SHARDS = 2;

describe('rebuilding a read model', () => {
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  let messaging: Messaging;
  let store: EventStore;
  let models: PluggedContexts['models'];
  const ids = new Map<number, string>();
  const lines: string[] = [];
  const sequences = new Map<number, number>();
  const projection = new TargetListProjection();
  let nextKey = 1_000;

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
    const { kafkaBrokers: brokers } = testServices();
    messaging = new Messaging({ brokers, topicPrefix: testTopicPrefix(), clientId: 'rebuild-test' });
    ({ models } = await plugContexts({ control, telemetry, messaging, config: { shardCount: SHARDS } }));
    store = new EventStore(control);
    await telemetry.execute('INSERT INTO shard (shard) SELECT generate_series(0, $1::integer - 1)', [SHARDS]);
    for (const [name, policy] of Object.entries(BUILT_IN_TIERS)) {
      await store.execute(TIER, name, (state) => defineBuiltIn(state, name, policy), { metadata: metadata() });
    }
    for (let key = 1; key <= 80; key++) await registerTarget(key);
    for (let key = 1; key <= 80; key++) await change(key, key % 3 === 0 ? 'down' : 'up');
    for (let key = 1; key <= 20; key++) await removeTarget(key);
  });

  afterAll(async () => {
    await messaging.close();
    await control.close();
    await telemetry.close();
    await databases.dropDatabases();
  });

  const metadata = () => ({ actor: 'test', causationId: null, correlationId: randomUUID() });

  async function registerTarget(key: number): Promise<void> {
    const targetId = newId();
    ids.set(key, targetId);
    const target = {
      ...{ targetId, key, ip: `10.0.${key >> 8}.${key & 255}`, vrf: 'default', name: null, tags: { n: `${key}` } },
      ...{
        tier: 'fast',
        paused: key % 3 === 0,
        parents: key > 70 ? [ids.get(70) ?? '', ids.get(69) ?? ''].sort() : [],
      },
      ...{ notes: key % 5 === 0 ? `note\n${key}` : null, owner: key % 7 === 0 ? 'core team' : null },
    };
    await store.execute(TARGET, targetId, (state) => register(state, target), { metadata: metadata() });
  }

  async function removeTarget(key: number): Promise<void> {
    await store.execute(TARGET, ids.get(key) ?? '', remove, { metadata: metadata() });
    await change(key, 'unknown', { removed: true });
    ids.delete(key);
  }

  /** Stores a status change as the shard commits it and, unless disabled, applies it to the list. */
  async function change(key: number, to: TestChange['to'], { removed = false, heard = true } = {}): Promise<void> {
    const shard = key % SHARDS;
    const seq = (sequences.get(shard) ?? 0) + 1;
    sequences.set(shard, seq);
    const made: TestChange = { shard, seq, key, targetId: ids.get(key) ?? '', to, removed };
    const row = await telemetry.transaction(async (sql) => {
      let stored: Awaited<ReturnType<typeof storeChange>> | undefined;
      const write = async (): Promise<void> => {
        stored = await storeChange(sql, made);
        await projectStatuses(sql, shard, [stored]);
      };
      const transaction: WriterTransaction = {
        query: (text, params) => sql.query(text, params),
        copyBinary: () => Promise.reject(new Error('This test copies nothing.')),
      };
      await writeCommits(new PostgresCommit(transaction), [
        {
          ...{
            claim: { shard, epoch: 0 },
            writes: [{ rows: 1, writeRows: write }],
            positions: new Map(),
            committedAhead: new Map(),
          },
          ...{ caughtUp: [], offset: seq, atMs: 0, checkpoint: null },
        },
      ]);
      if (!stored) throw new Error('The commit did not write the change.');
      return stored;
    });
    if (heard) await control.transaction((sql) => projection.handle(sql, [changeMessage(made, row.from_status)]));
  }

  function run(name: string, replace = false): Promise<RebuildOutcome> {
    const { database, model } = models.get(name);
    return rebuild(model, { database, replace, report: (line) => lines.push(line) });
  }

  /** Registers, removes and changes targets until it is stopped. */
  function writeOn(): () => Promise<number> {
    let stopped = false;
    const writing = (async () => {
      let writes = 0;
      for (; !stopped; nextKey++) {
        const key = nextKey;
        await registerTarget(key);
        await change(key, 'up');
        await change(21 + (key % 60), key % 2 === 0 ? 'down' : 'up');
        if (key % 3 === 0) await removeTarget(key);
        writes += 3;
      }
      return writes;
    })();
    return async () => {
      stopped = true;
      return writing;
    };
  }

  it.each(['tier', 'agent', 'target_list', 'target_status'])(
    'finds %s equal to the live one while writes continue',
    async (name) => {
      const stop = writeOn();
      await pause(300);
      const outcome = await run(name);
      expect(await stop()).toBeGreaterThan(0);
      expect(outcome.differences).toEqual([]);
      expect(outcome.tables.map(({ live, rebuilt }) => live.sum === rebuilt.sum)).toEqual(
        outcome.tables.map(() => true),
      );
      if (name === 'target_list') expect(outcome.tables[0].rebuilt.rows).toBeGreaterThanOrEqual(60);
      expect(lines.some((line) => line.includes('%'))).toBe(true);
    },
  );

  it('reports which rows differ, keeps them, and replaces them with --replace', async () => {
    await control.execute(`UPDATE target_list SET status = 'up', tags = '{}' WHERE key = 24`);
    await control.execute('DELETE FROM target_list WHERE key = 25');
    await control.execute(
      `INSERT INTO target_list (key, id, ip, vrf, tags, tier, version, registered_at)
       VALUES (999999, $1, '10.9.9.9', 'default', '{}', 'fast', 1, now())`,
      [randomUUID()],
    );
    const before = await control.query('SELECT * FROM target_list ORDER BY key');
    const told = await run('target_list');
    expect(told.differences).toMatchObject([{ table: 'target_list', missing: 1, surplus: 1, changed: 1 }]);
    const first = told.differences[0].first;
    expect(first.map(({ kind, key }) => `${kind} ${key}`).sort()).toEqual([
      'changed 24',
      'missing 25',
      'surplus 999999',
    ]);
    expect(first.find(({ kind }) => kind === 'changed')?.columns).toContain('tags');
    expect(told.replaced).toBe(false);
    expect(await control.query('SELECT * FROM target_list ORDER BY key')).toEqual(before);

    expect((await run('target_list', true)).replaced).toBe(true);
    expect((await run('target_list')).differences).toEqual([]);
    const [removed] = await control.query('SELECT 1 FROM target_list_removed WHERE key = 999999');
    expect(removed).toBeDefined();
    const untouched = await control.query<{ key: number; list_seq: number }>(
      'SELECT key, list_seq FROM target_list WHERE key = 30',
    );
    expect(untouched).toEqual(
      [before.find(({ key }) => key === 30)].map((row) => ({ key: 30, list_seq: row?.['list_seq'] })),
    );
  });

  it('shows statuses that the list had not received', async () => {
    await change(30, 'degraded', { heard: false });
    const outcome = await run('target_list');
    expect(outcome.differences).toEqual([]);
    expect(outcome.remarks).toEqual(['1 statuses had not reached the live list yet']);
    expect(await control.query('SELECT status FROM target_list WHERE key = 30')).toEqual([{ status: 'degraded' }]);
  });

  it('repairs target_status, and keeps rows older than the stored changes', async () => {
    await telemetry.execute(`UPDATE target_status SET reason = 'warming' WHERE target_key = 40`);
    await telemetry.execute(
      `INSERT INTO target_status (target_key, shard, change_seq, status, reason, since, votes)
       VALUES (7777, 1, 0, 'up', 'quorum_up', now(), '{}')`,
    );
    const outcome = await run('target_status', true);
    expect(outcome).toMatchObject({ replaced: true, differences: [{ missing: 0, surplus: 0, changed: 1 }] });
    expect(outcome.remarks).toEqual(['1 targets copied unchanged: their last change is older than the stored changes']);
    expect((await run('target_status')).differences).toEqual([]);
  });

  it('starts again after an interruption, and rejects a concurrent rebuild of the same model', async () => {
    await control.execute('CREATE SCHEMA rebuild_tier');
    await control.execute('CREATE TABLE rebuild_tier.tier (broken integer)');
    const model = { ...models.get('tier').model, remaining: () => run('tier').then(() => 0) };
    await expect(rebuild(model, { database: control, replace: false, report: vi.fn() })).rejects.toThrow(RebuildBusy);
    await run('tier');
    expect(await control.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'rebuild_tier'`)).toEqual([]);
  });
});
