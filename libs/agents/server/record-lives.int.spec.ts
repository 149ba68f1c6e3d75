import type { AgentReport } from '@icmp-mon/agents/contract';
import type { AgentPresence } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENT, enrol, evict } from './agent';
import { LifeRecorder } from './record-lives';

const NOW_MS = Date.parse('2026-11-22T10:00:00.000Z');
const MINUTE_MS = 60_000;
const metadata = { actor: 'test', causationId: null, correlationId: newId() };

describe('the recorder of the lives of agents', () => {
  let testDb: TestDatabase;
  let control: ControlDatabase;
  let decided: AgentPresence[];
  let latest: AgentReport[];
  let agentId: string;

  beforeEach(async () => {
    testDb = await testDatabase('control');
    control = new ControlDatabase({ url: testDb.url });
    [decided, latest, agentId] = [[], [], newId()];
    const place = { name: 'lab-1', region: 'eu', provider: 'p', tags: {}, capacityPps: null };
    const data = { agentId, ...place, certificateSha256: 'aa', notAfter: new Date(NOW_MS).toISOString() };
    await new EventStore(control).execute(AGENT, agentId, (record) => enrol(record, data), { metadata });
  });

  afterEach(async () => {
    await control.close();
    await testDb.dropDatabase();
  });

  const newRecorder = (): LifeRecorder =>
    new LifeRecorder({
      control,
      presences: { decided: () => Promise.resolve(decided) },
      reports: { latestReports: () => Promise.resolve(latest) },
    });

  function isLost(): void {
    const since = new Date(NOW_MS - MINUTE_MS).toISOString();
    decided = [{ agentId, presence: 'lost', condition: 'silent', since, cause: 'no report, for 30 s' }];
  }

  function isPresent(): void {
    decided = [
      { agentId, presence: 'present', condition: null, since: new Date(NOW_MS).toISOString(), cause: 'stable' },
    ];
  }

  function reports(version: string): void {
    latest = [{ agentId, receivedAtMs: NOW_MS, trouble: null, version }];
  }

  async function recorded(): Promise<string[]> {
    const rows = await control.query<{ text: string }>(
      `SELECT type || coalesce(' ' || (data ->> 'to'), '') AS text FROM event
       WHERE metadata ->> 'actor' = 'system:agent-watch' ORDER BY position`,
    );
    return rows.map(({ text }) => text);
  }

  it('records each change once, also after a restart and by several workers at the same time', async () => {
    isLost();
    await Promise.all([newRecorder(), newRecorder(), newRecorder()].map((each) => each.recordLives(NOW_MS)));
    expect(await newRecorder().recordLives(NOW_MS)).toBe(0);
    expect(await recorded()).toEqual(['AgentLost']);
    decided = [];
    const recorder = newRecorder();
    expect(await recorder.recordLives(NOW_MS)).toBe(0);
    isPresent();
    expect(await recorder.recordLives(NOW_MS)).toBe(1);
    expect(await recorder.recordLives(NOW_MS)).toBe(0);
    expect(await recorded()).toEqual(['AgentLost', 'AgentReturned']);
  });

  it('records the versions of an agent, one per ten minutes, and then the current one', async () => {
    const recorder = newRecorder();
    reports('0.1.0');
    expect(await recorder.recordLives(NOW_MS)).toBe(1);
    for (const version of ['0.2.0', '0.1.0', '0.3.0']) {
      reports(version);
      expect(await recorder.recordLives(NOW_MS + MINUTE_MS)).toBe(0);
    }
    expect(await recorder.recordLives(NOW_MS + 10 * MINUTE_MS)).toBe(1);
    expect(await recorded()).toEqual(['AgentVersionChanged 0.1.0', 'AgentVersionChanged 0.3.0']);
  });

  it('records nothing about an agent that is not in service', async () => {
    await new EventStore(control).execute(AGENT, agentId, (record) => evict(record, null), { metadata });
    isLost();
    reports('0.1.0');
    expect(await newRecorder().recordLives(NOW_MS)).toBe(0);
    expect(await recorded()).toEqual([]);
  });

  it('tries again after an error', async () => {
    isLost();
    let isAway = true;
    const recorder = new LifeRecorder({
      control,
      presences: { decided: () => Promise.resolve(decided) },
      reports: { latestReports: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(latest)) },
    });
    await expect(recorder.recordLives(NOW_MS)).rejects.toThrow('away');
    isAway = false;
    expect(await recorder.recordLives(NOW_MS)).toBe(1);
  });
});
