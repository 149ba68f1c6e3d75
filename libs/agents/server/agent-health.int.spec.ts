import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentTelemetry } from '@icmp-mon/agents/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AgentHealthProjection } from './agent-health.projection';
import { ReadAgentMetrics, ReadAgentMetricsHandler } from './read-agent-metrics';
import { CertificateAuthority } from './certificate-authority';
import { CreateEnrolmentToken, CreateEnrolmentTokenHandler } from './create-enrolment-token';
import { forgetExpiredTokens, requireToken, spendToken } from './enrolment-token';
import { ListEnrolmentTokensHandler } from './list-enrolment-tokens';
import { RevokeEnrolmentToken, RevokeEnrolmentTokenHandler } from './revoke-enrolment-token';
import { KnownAgents } from './known-agents';
import { ListedAgents } from './listed-agents';
import { UnreadReports } from './unread-reports.test-data';

const telemetry: AgentTelemetry = {
  at: '2026-11-22T10:00:00.000Z',
  agentVersion: '0.1.0',
  startedAt: '2026-11-22T09:00:00.000Z',
  assignmentVersion: 4,
  targets: 8,
  probesPerS: 1.5,
  resultsPerS: 1.5,
  cpuCores: 0.25,
  executorCpuCores: 0.5,
  rssBytes: 70_000_000,
  spoolBlocks: 3,
  spoolBytes: 100,
  spoolOldestS: 2,
  spoolQuarantined: 0,
  droppedResults: 0,
  notSentPerS: 0,
  clockOffsetMs: -3.5,
  policyRefusedTargets: 0,
  executors: [{ type: 'icmp_ping', state: 'missing', detail: 'fping is not installed' }],
};

const certificate = (sha256: string) => ({ sha256, keySha256: 'key', notAfterMs: Date.now() });

const iso = (ms: number): string => new Date(ms).toISOString();

describe('the health of agents', () => {
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetryDb: TelemetryDatabase;
  const projection = new AgentHealthProjection();

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetryDb = new TelemetryDatabase({ url: databases.telemetryUrl });
  });

  afterAll(async () => {
    await control.close();
    await telemetryDb.close();
    await databases.dropDatabases();
  });

  async function agentNamed(name: string, sha256 = 'aa'): Promise<string> {
    const id = newId();
    await control.execute(
      `INSERT INTO agent (id, name, region, provider, tags, certificate_sha256, certificate_not_after, enrolled_at, version)
       VALUES ($1, $2, 'eu', 'p', '{"site":"ams"}', $3, now(), now(), 1)`,
      [id, name, sha256],
    );
    return id;
  }

  function message(value: unknown): ReceivedMessage {
    const bytes = typeof value === 'string' ? value : JSON.stringify(value);
    const place = { topic: 't', partition: 0, offset: 0, key: null, headers: {}, timestampMs: Date.now() };
    return { ...place, value: Buffer.from(bytes) };
  }

  const report = (agentId: string, receivedAt: Date, change: Partial<AgentTelemetry> = {}): ReceivedMessage =>
    message({ agentId, receivedAt: receivedAt.toISOString(), telemetry: { ...telemetry, ...change } });

  const handle = (messages: ReceivedMessage[]): Promise<void> =>
    telemetryDb.transaction((sql) => projection.handle(sql, messages));

  it('lists the last report of each agent, ordered by name', async () => {
    const [silent, talking] = [await agentNamed('b-silent'), await agentNamed('a-talking')];
    const now = Date.now();
    await handle([
      report(talking, new Date(now - 5_000), { targets: 1 }),
      report(talking, new Date(now), { targets: 2 }),
    ]);
    const agents = new ListedAgents(control, telemetryDb, new UnreadReports());
    const [first, second] = await agents.listAgents();
    expect(first).toMatchObject({ id: talking, name: 'a-talking', connection: 'connected', assignedTargets: 2 });
    expect(first.telemetry?.executors).toEqual(telemetry.executors);
    expect(second).toMatchObject({ id: silent, connection: 'enrolled', lastSeenAt: null, telemetry: null });
    expect(await agents.get(silent)).toMatchObject({ id: silent, tags: { site: 'ams' } });
    for (const unread of [3, null]) {
      const blind = new ListedAgents(control, telemetryDb, new UnreadReports(unread));
      expect((await blind.listAgents()).map(({ connection }) => connection)).toEqual(['connected', 'unknown']);
    }
    await control.execute(`UPDATE agent SET state = 'evicted' WHERE id = $1`, [silent]);
    expect((await new ListedAgents(control, telemetryDb, new UnreadReports(3)).get(silent)).connection).toBe(
      'enrolled',
    );
    await control.execute(`UPDATE agent SET state = 'active' WHERE id = $1`, [silent]);
    await expect(agents.get(newId())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('over time, has at most 720 points', async () => {
    const id = await agentNamed('measured');
    const endMs = Date.parse('2026-11-22T12:00:00.000Z');
    const seconds = Array.from({ length: 1_440 }, (_, at) => at * 5);
    await handle(seconds.map((s) => report(id, new Date(endMs - s * 1_000), { spoolBlocks: s, lateMs: 40 })));
    const metrics = new ReadAgentMetricsHandler(control, telemetryDb);
    const twoHours = await metrics.execute(
      new ReadAgentMetrics(id, { from: iso(endMs - 7_200_000), to: iso(endMs + 1) }),
    );
    expect(twoHours.points.length).toBeGreaterThan(600);
    expect(twoHours.points.length).toBeLessThanOrEqual(720);
    expect(twoHours.points.map(({ at }) => at)).toEqual(twoHours.points.map(({ at }) => at).sort());
    expect(twoHours.points[0]).toMatchObject({ cpuCores: 0.25, lateMs: 40, unmeasuredPerS: null, droppedResults: 0 });
    const minute = await metrics.execute(new ReadAgentMetrics(id, { from: iso(endMs - 59_999), to: iso(endMs + 1) }));
    expect(minute.points).toHaveLength(12);
    expect((await metrics.execute(new ReadAgentMetrics(id, {}))).points).toEqual([]);
  });

  it('over time, refuses an empty span, a span that is too long, and an unknown agent', async () => {
    const id = await agentNamed('refused');
    const metrics = new ReadAgentMetricsHandler(control, telemetryDb);
    const to = iso(Date.now());
    await expect(metrics.execute(new ReadAgentMetrics(id, { from: to, to }))).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(metrics.execute(new ReadAgentMetrics(id, { from: iso(0), to }))).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(metrics.execute(new ReadAgentMetrics(newId(), {}))).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each(['', 'no json', 'null', '{}', '{"agentId":"x"}', JSON.stringify({ agentId: newId(), receivedAt: 'never' })])(
    'rejects the message %j as poison',
    async (value) => {
      await expect(handle([message(value)])).rejects.toThrow(PoisonError);
    },
  );

  it('rejects unreadable telemetry as poison', async () => {
    await expect(handle([report(newId(), new Date(), { targets: -1 })])).rejects.toThrow(PoisonError);
  });

  it('caches certificates of agents, so a short outage of the database does not refuse them', async () => {
    const id = await agentNamed('cached', 'good');
    const database = new ControlDatabase({ url: databases.controlUrl });
    const known = new KnownAgents(database);
    await known.requireKnown(id, certificate('good'));
    await expect(known.requireKnown(id, certificate('other'))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(known.requireKnown(newId(), certificate('good'))).rejects.toMatchObject({ code: 'forbidden' });
    let away = false;
    const fragile = Object.assign(Object.create(database) as ControlDatabase, {
      query: (text: string, params?: unknown[]) =>
        away ? Promise.reject(new DependencyUnavailable('control database')) : database.query(text, params),
    });
    vi.useFakeTimers({ toFake: ['performance'] });
    const cached = new KnownAgents(fragile);
    await cached.requireKnown(id, certificate('good'));
    away = true;
    for (const laterMs of [9_000, 41_000]) {
      vi.advanceTimersByTime(laterMs);
      await cached.requireKnown(id, certificate('good'));
    }
    vi.advanceTimersByTime(11_000);
    await expect(cached.requireKnown(id, certificate('good'))).rejects.toThrow(DependencyUnavailable);
    vi.useRealTimers();
    await database.close();
  });

  describe('starts with an enrolment token, which', () => {
    const metadata = { actor: 'user:1', causationId: null, correlationId: newId() };
    const lab = { region: 'eu', name: 'lab-1', provider: 'p', tags: {} };
    let caDir: string;
    let creation: CreateEnrolmentTokenHandler;
    let revocation: RevokeEnrolmentTokenHandler;
    const listed = async (id: string) =>
      (await new ListEnrolmentTokensHandler(control).execute()).items.find((each) => each.id === id);

    beforeAll(async () => {
      caDir = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-ca-'));
      const store = new EventStore(control);
      creation = new CreateEnrolmentTokenHandler(store, { caDir, enrolUrl: 'https://gateway.example:8444' });
      revocation = new RevokeEnrolmentTokenHandler(control, store);
    });

    afterAll(() => rm(caDir, { recursive: true }));

    it('is shown once, and listed with its creator and remaining uses but never with its secret', async () => {
      await expect(creation.execute(new CreateEnrolmentToken({}, metadata, 'admin'))).rejects.toMatchObject({
        code: 'unavailable',
      });
      const { sha256 } = await CertificateAuthority.open(caDir);
      const created = await creation.execute(new CreateEnrolmentToken({ region: 'eu', uses: 2 }, metadata, 'admin'));
      expect(created).toMatchObject({ uses: 2, caSha256: sha256, enrolUrl: 'https://gateway.example:8444' });
      await requireToken(control, created.token, lab);
      await spendToken(control, created.token);
      expect(await listed(created.id)).toMatchObject({
        ...{ state: 'usable', createdBy: 'admin', region: 'eu', agentName: null, uses: 2, usesLeft: 1 },
        lastUsedAt: expect.any(String) as string,
      });
      const kept = await control.query("SELECT * FROM enrolment_token, event WHERE stream LIKE 'enrolmenttoken-%'");
      expect(JSON.stringify(kept)).not.toContain(created.token.slice(17));
      await spendToken(control, created.token);
      expect(await listed(created.id)).toMatchObject({ state: 'spent', usesLeft: 0 });
      await control.execute("UPDATE enrolment_token SET expires_at = now() - interval '25 hours' WHERE id = $1", [
        created.id,
      ]);
      expect(await forgetExpiredTokens(control)).toBe(1);
      await expect(requireToken(control, created.token, lab)).rejects.toMatchObject({ code: 'unauthenticated' });
    });

    it('may name one agent, and is then valid for one use', async () => {
      const created = await creation.execute(new CreateEnrolmentToken({ agentName: 'lab-1' }, metadata, 'admin'));
      expect(await requireToken(control, created.token, lab)).toMatchObject({ id: created.id, agentName: 'lab-1' });
      const other = requireToken(control, created.token, { ...lab, name: 'lab-2' });
      await expect(other).rejects.toMatchObject({
        code: 'forbidden',
        detail: expect.stringContaining('lab-1') as string,
      });
      await expect(
        creation.execute(new CreateEnrolmentToken({ agentName: 'lab-1', uses: 2 }, metadata, 'admin')),
      ).rejects.toMatchObject({
        code: 'invalid',
      });
    });

    it('can be revoked, and the event store records it', async () => {
      const { id, token } = await creation.execute(new CreateEnrolmentToken({}, metadata, 'admin'));
      await revocation.execute(new RevokeEnrolmentToken(id, metadata));
      await revocation.execute(new RevokeEnrolmentToken(id, metadata));
      expect(await listed(id)).toMatchObject({ state: 'revoked', usesLeft: 1 });
      await expect(requireToken(control, token, lab)).rejects.toThrow('revoked');
      await expect(spendToken(control, token)).rejects.toThrow('revoked');
      await expect(revocation.execute(new RevokeEnrolmentToken('0'.repeat(12), metadata))).rejects.toMatchObject({
        code: 'not_found',
      });
      const events = await control.query('SELECT type FROM event WHERE stream = $1 ORDER BY version', [
        `enrolmenttoken-${id}`,
      ]);
      expect(events).toEqual([{ type: 'EnrolmentTokenMade' }, { type: 'EnrolmentTokenRevoked' }]);
    });
  });
});
