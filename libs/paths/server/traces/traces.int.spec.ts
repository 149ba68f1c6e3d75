import type { PathChanged } from '@icmp-mon/paths/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { type OutgoingMessage, PoisonError, type ReceivedMessage, validateEvent } from '@icmp-mon/platform/messaging';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeTrace } from '../trace-body';
import { forgetExcessChanges, forgetExcessTraces, forgetOldChanges, forgetOldTraces } from './forget-traces';
import { PathChangePublisher } from './path-change-publisher';
import { messageOf, received, reportOf, START_MS, TARGET_IP, traceOf } from './reports.test-data';
import { TracesProjection } from './traces.projection';

const HOUR_MS = 3_600_000;
const OLD_PATH = '10.0.0.1 192.0.2.1 192.0.2.9 T';
const NEW_PATH = '10.0.0.1 203.0.113.1 192.0.2.9 T';
const AGENT = newId();
const TARGET = newId();

describe('traces of agents', () => {
  let home: TestDatabase;
  let database: TelemetryDatabase;
  const projection = new TracesProjection();

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: home.url });
  });
  afterAll(async () => {
    await database.close();
    await home.dropDatabase();
  });
  beforeEach(async () => {
    await database.execute('TRUNCATE trace, path_change');
    await database.execute('UPDATE path_change_state SET last_seq = 0, published_seq = 0');
  });

  const apply = (...messages: ReceivedMessage[]): Promise<void> =>
    database.transaction((sql) => projection.handle(sql, messages));
  const count = async (table: string): Promise<unknown> =>
    (await database.query(`SELECT count(*) AS count FROM ${table}`))[0]?.['count'];
  const changes = () =>
    database.query<{ left: string[]; joined: string[]; at: Date }>(
      'SELECT "left", joined, at FROM path_change ORDER BY change_seq',
    );

  /** One trace per hour of the same pair, in the order of their starts. */
  const hourly = (...lines: string[]): ReceivedMessage[] =>
    lines.map((line, hour) => messageOf(AGENT, reportOf(TARGET, traceOf(line, START_MS + hour * HOUR_MS))));
  const times = (line: string, number: number): string[] => Array.from({ length: number }, () => line);

  it('are stored once, with what was measured', async () => {
    const report = reportOf(TARGET, traceOf(OLD_PATH), { names: { '192.0.2.1': 'core.example.net' } });
    const message = messageOf(AGENT, report);
    await apply(message, message);
    await apply(message);
    const [row, ...others] = await database.query<{ body: Buffer; reached: boolean; hops: number; onset: unknown }>(
      'SELECT body, reached, hops, onset FROM trace',
    );
    expect(others).toEqual([]);
    expect(decodeTrace(row.body)).toEqual({ trace: report.trace, names: report.names });
    expect(row).toMatchObject({ reached: true, hops: 4, onset: null });
  });

  it('that failed, or lose packets, are stored with the reason and where loss begins', async () => {
    const end = { ok: false as const, reason: 'deadline', detail: 'mtr did not end in time.' };
    await apply(messageOf(AGENT, reportOf(TARGET, traceOf('10.0.0.1 192.0.2.1 - -'), { end })));
    const rows = await database.query('SELECT reason, detail, reached, hops, onset FROM trace');
    expect(rows).toEqual([
      {
        ...{ reason: 'deadline', detail: end.detail, reached: false, hops: 2 },
        onset: { hop: 3, lossPercent: 100, rounds: 10, terminal: true },
      },
    ]);
  });

  it('of two agents with the same id are two', async () => {
    const report = reportOf(TARGET, traceOf(OLD_PATH));
    await apply(messageOf(AGENT, report), messageOf(newId(), report));
    expect(await count('trace')).toBe(2);
  });

  it('start at the time of receipt if the clock of the agent is ahead, or months behind', async () => {
    const ahead = messageOf(AGENT, reportOf(TARGET, traceOf(OLD_PATH, START_MS + HOUR_MS)), START_MS);
    const behind = messageOf(AGENT, reportOf(TARGET, traceOf(OLD_PATH, 0)), START_MS);
    const late = messageOf(AGENT, reportOf(TARGET, traceOf(OLD_PATH, START_MS - HOUR_MS)), START_MS);
    await apply(ahead, behind, late);
    const rows = await database.query<{ at: Date }>('SELECT at FROM trace ORDER BY at');
    expect(rows.map(({ at }) => at.getTime() - START_MS)).toEqual([-HOUR_MS, 0, 0]);
  });

  it('that are not valid are poison', async () => {
    const report = reportOf(TARGET, traceOf(OLD_PATH));
    for (const value of ['no JSON', 'null', '{}', JSON.stringify({ agentId: AGENT, receivedAt: 'x', report })])
      await expect(apply(received(value, START_MS))).rejects.toThrow(PoisonError);
    await expect(apply(messageOf(AGENT, { ...report, targetId: 'x' }))).rejects.toThrow(/report: targetId/);
    expect(await count('trace')).toBe(0);
  });

  it('show a change of the path once: when a router joins, and when another has left', async () => {
    await apply(...hourly(...times(OLD_PATH, 10), ...times(NEW_PATH, 8)));
    expect(
      (await changes()).map(({ left, joined, at }) => [left, joined, (at.getTime() - START_MS) / HOUR_MS]),
    ).toEqual([
      [[], ['203.0.113.1'], 10],
      [['192.0.2.1'], [], 12],
    ]);
  });

  it('make the same changes in any division into batches, and again when messages are repeated', async () => {
    const messages = hourly(...times(OLD_PATH, 10), ...times(NEW_PATH, 5), ...times(OLD_PATH, 6));
    await apply(...messages);
    const atOnce = await changes();
    expect(atOnce.length).toBeGreaterThan(1);
    await apply(...messages);
    expect(await changes()).toEqual(atOnce);
    await database.execute('TRUNCATE trace, path_change');
    for (const message of messages) await apply(message);
    expect(await changes()).toEqual(atOnce);
  });

  it('that arrive late make no change, and no false one later', async () => {
    const [first, second, third, ...others] = hourly(...times(NEW_PATH, 3), ...times(OLD_PATH, 12));
    await apply(...others);
    await apply(third, first, second);
    expect(await changes()).toEqual([]);
    await apply(messageOf(AGENT, reportOf(TARGET, traceOf(OLD_PATH, START_MS + 20 * HOUR_MS))));
    expect(await changes()).toEqual([]);
  });

  it('of other agents and targets are not compared', async () => {
    await apply(...hourly(...times(OLD_PATH, 10)));
    const later = START_MS + 20 * HOUR_MS;
    await apply(
      messageOf(newId(), reportOf(TARGET, traceOf(NEW_PATH, later))),
      messageOf(AGENT, reportOf(newId(), traceOf(NEW_PATH, later))),
    );
    expect(await changes()).toEqual([]);
  });

  it('publish their changes in order, at least once', async () => {
    const sent: OutgoingMessage[] = [];
    let failures = 1;
    const messaging = {
      sendMessages: (_topic: string, messages: OutgoingMessage[]): Promise<void> => {
        if (failures-- > 0) return Promise.reject(new Error('Kafka is away'));
        sent.push(...messages);
        return Promise.resolve();
      },
    };
    const publisher = new PathChangePublisher({ database, messaging });
    publisher.start();
    await apply(...hourly(...times(OLD_PATH, 10), ...times(NEW_PATH, 3)));
    await eventually(() => expect(sent).toHaveLength(2));
    await eventually(async () => {
      expect(await database.query('SELECT published_seq FROM path_change_state')).toEqual([{ published_seq: 2 }]);
    });
    await publisher.stop();
    const events = sent.map(({ value }) => JSON.parse(String(value)) as PathChanged['data']);
    for (const data of events) validateEvent('icmpmon.path.changed.v1', data);
    expect(events.map(({ changeSeq, targetId, ip }) => [changeSeq, targetId, ip])).toEqual([
      [1, TARGET, TARGET_IP],
      [2, TARGET, TARGET_IP],
    ]);
    expect(sent.every(({ key }) => key === TARGET)).toBe(true);
  });

  it('are deleted when they are old, or too many, and published changes after 13 months', async () => {
    await apply(...hourly(...times(OLD_PATH, 10), ...times(NEW_PATH, 3)));
    expect(await forgetExcessTraces(database, 100)).toBe(0);
    expect(await forgetExcessTraces(database, 2, 9)).toBe(2);
    expect(await forgetExcessTraces(database, 100, 9)).toBe(2);
    expect(await database.query('SELECT min(at) AS at FROM trace')).toEqual([{ at: new Date(START_MS + 4 * HOUR_MS) }]);
    await database.execute(`UPDATE trace SET received_at = now() - interval '29 days'`);
    expect(await forgetOldTraces(database, 100)).toBe(0);
    await database.execute(`UPDATE trace SET received_at = now() - interval '31 days'`);
    expect(await forgetOldTraces(database, 5)).toBe(5);
    await database.execute(`UPDATE path_change SET at = now() - interval '14 months'`);
    expect(await forgetOldChanges(database, 100)).toBe(0);
    await database.execute('UPDATE path_change_state SET published_seq = 1');
    expect(await forgetOldChanges(database, 100)).toBe(1);
    expect(await forgetExcessChanges(database, 100, 0)).toBe(0);
    await database.execute('UPDATE path_change_state SET published_seq = 2');
    expect(await forgetExcessChanges(database, 100, 1)).toBe(0);
    expect(await forgetExcessChanges(database, 100, 0)).toBe(1);
  });
});
