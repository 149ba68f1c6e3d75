import type { AgentTelemetry } from '@icmp-mon/agents/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import type { ReceivedMessage } from '@icmp-mon/platform/messaging';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentHealthProjection } from '../agent-health.projection';
import { ListedAgents } from '../listed-agents';
import { UnreadReports } from '../unread-reports.test-data';
import { forgetUncounted } from './read-uncounted';
import { UncountedNotices, UncountedNoticeWriter } from './uncounted-notices';
import { UncountedParticipant } from './uncounted-participant';
import { postgresUncountedTables } from './uncounted-tables';

const HOUR_MS = 3_600_000;
const place = { shard: 3, offset: 1, alreadyCommitted: false, committedAhead: null };

describe('results that are not counted as their agent sent them', () => {
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  const projection = new AgentHealthProjection();

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
  });

  afterAll(async () => {
    await control.close();
    await telemetry.close();
    await databases.dropDatabases();
  });

  async function agentNamed(name: string): Promise<string> {
    const id = newId();
    await control.execute(
      `INSERT INTO agent (id, name, region, provider, tags, certificate_sha256, certificate_not_after, enrolled_at, version)
       VALUES ($1, $2, 'eu', 'p', '{}', 'aa', now(), now(), 1)`,
      [id, name],
    );
    return id;
  }

  const store = (participant: UncountedParticipant): Promise<void> =>
    telemetry.transaction(async (sql) => {
      const write = participant.takePendingWrite(true);
      await write?.writeRows({ query: (text, params) => sql.query(text, params), copyBinary: () => Promise.resolve() });
    });

  async function reported(id: string, startedAt: Date, receivedAt: Date, host: string, peer: string): Promise<void> {
    const report = {
      ...{ at: receivedAt.toISOString(), agentVersion: '1', startedAt: startedAt.toISOString(), assignmentVersion: 1 },
      ...{ targets: 1, probesPerS: 1, resultsPerS: 1, cpuCores: 0, executorCpuCores: 0, rssBytes: 1, spoolBlocks: 0 },
      ...{ spoolBytes: 0, spoolOldestS: 0, spoolQuarantined: 0, droppedResults: 0, notSentPerS: 0, clockOffsetMs: 0 },
      ...{ policyRefusedTargets: 0, executors: [], host },
    } satisfies AgentTelemetry;
    const value = Buffer.from(JSON.stringify({ agentId: id, receivedAt, peer, telemetry: report }));
    const message: ReceivedMessage = {
      topic: 't',
      partition: 0,
      offset: 0,
      key: null,
      headers: {},
      timestampMs: Date.now(),
      value,
    };
    await telemetry.transaction((sql) => projection.handle(sql, [message]));
  }

  it('are summed by reason over shards and commits; a replay adds nothing twice', async () => {
    const id = await agentNamed('summed');
    const clock = { ageMs: 0, atMs: Date.now() };
    const [one, other] = [
      new UncountedParticipant(3, postgresUncountedTables),
      new UncountedParticipant(4, postgresUncountedTables),
    ];
    for (let commit = 0; commit < 2; commit++) {
      one.onUncounted(id, 'older_boot', 10, clock, place);
      one.onUncounted(id, 'repeated', 1, clock, place);
      one.onUncounted(id, 'older_boot', 5, clock, place);
      one.onUncounted(id, 'older_boot', 1_000, clock, { ...place, alreadyCommitted: true });
      other.onUncounted(id, 'older_boot', 20, clock, { ...place, shard: 4 });
      await store(one);
      await store(other);
    }
    expect(one.hasPending()).toBe(false);
    const { uncounted } = await new ListedAgents(control, telemetry, new UnreadReports()).get(id);
    expect(uncounted.map(({ reason, results }) => [reason, results])).toEqual([
      ['older_boot', 70],
      ['repeated', 2],
    ]);
    expect(Math.abs(Date.parse(uncounted[0].lastAt) - clock.atMs)).toBeLessThan(2);
    const old = { ageMs: 0, atMs: clock.atMs - 8 * 24 * HOUR_MS };
    one.onUncounted(id, 'late', 1, old, place);
    await store(one);
    expect(await forgetUncounted(telemetry)).toBe(1);
  });

  it('are reported to their agent while they occur', async () => {
    const id = await agentNamed('told');
    const participant = new UncountedParticipant(3, postgresUncountedTables);
    participant.onUncounted(id, 'too_new', 7, { ageMs: 0, atMs: Date.now() }, place);
    await store(participant);
    const writer = new UncountedNoticeWriter(telemetry, control);
    await writer.writeNotices();
    await writer.writeNotices();
    expect(await new UncountedNotices(control).noticesOf(id)).toMatchObject([{ reason: 'too_new', results: 7 }]);
    expect(await new UncountedNotices(control).noticesOf(newId())).toEqual([]);
    await control.execute(`UPDATE agent_uncounted_notice SET written_at = now() - interval '1 minute'`);
    expect(await new UncountedNotices(control).noticesOf(id)).toEqual([]);
  });

  it('do not report a restart as a shared identity, but two processes at the same time', async () => {
    const id = await agentNamed('shared');
    const agents = new ListedAgents(control, telemetry, new UnreadReports());
    const nowMs = Date.now();
    const at = (agoS: number): Date => new Date(nowMs - agoS * 1_000);
    await reported(id, at(600), at(20), 'host-a', '10.0.0.5');
    await reported(id, at(15), at(14), 'host-a', '10.0.0.5');
    await reported(id, at(15), at(9), 'host-a', '10.0.0.5');
    expect((await agents.get(id)).sharedBy).toEqual([]);
    await reported(id, at(8), at(7), 'host-b', '10.0.0.6');
    expect((await agents.get(id)).sharedBy).toEqual([]);
    await reported(id, at(15), at(4), 'host-a', '10.0.0.5');
    expect((await agents.get(id)).sharedBy).toMatchObject([
      { startedAt: at(15).toISOString(), host: 'host-a', peer: '10.0.0.5' },
      { startedAt: at(8).toISOString(), host: 'host-b', peer: '10.0.0.6' },
    ]);
  });

  it('a report of a gateway whose clock was ahead does not block later ones, and gets no future date', async () => {
    const id = await agentNamed('ahead');
    const agents = new ListedAgents(control, telemetry, new UnreadReports());
    await reported(id, new Date(), new Date(Date.now() + HOUR_MS), 'h', 'p');
    expect(Date.parse((await agents.get(id)).lastSeenAt ?? '')).toBeLessThanOrEqual(Date.now() + 1_000);
    const later = new Date();
    await reported(id, new Date(), later, 'h', 'p');
    expect((await agents.get(id)).lastSeenAt).toBe(later.toISOString());
  });
});
