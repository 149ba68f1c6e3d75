import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { rebuild } from '@icmp-mon/platform/rebuild';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { BUILT_IN_TIERS, type StoredTierPolicy, type TierEvent } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change, completeRemoval, create, defineBuiltIn, startRemoval, TIER, type TierState } from './tier';
import { tierModel } from './tier-model';

const { standard, fast } = BUILT_IN_TIERS;

describe('the read model of tiers', () => {
  let testDb: TestDatabase;
  let control: ControlDatabase;
  const metadata = { actor: 'test', causationId: null, correlationId: newId() };

  beforeAll(async () => {
    testDb = await testDatabase('control');
    control = new ControlDatabase({ url: testDb.url });
    const store = new EventStore(control);
    const run = (name: string, decide: (state: TierState) => TierEvent[]) =>
      store.execute(TIER, name, decide, { metadata });
    await run('standard', (state) => defineBuiltIn(state, 'standard', standard));
    // As releases before diversity defined it.
    const { diversity: _, ...agentSelection } = fast.agentSelection;
    const older: StoredTierPolicy = { ...fast, agentSelection };
    await run('older', () => [{ type: 'TierDefined', data: { name: 'older', builtIn: false, policy: older } }]);
    for (const name of ['again', 'removing']) await run(name, (state) => create(state, name, fast));
    await run('again', (state) => change(state, 'again', standard));
    for (const name of ['again', 'removing']) await run(name, (state) => startRemoval(state, name, 'standard'));
    await run('again', (state) => completeRemoval(state, 'again'));
    await run('again', (state) =>
      create(state, 'again', { ...fast, checks: [{ type: 'icmp_ping', expect: 'reachable' }] }),
    );
  });

  afterAll(async () => {
    await control.close();
    await testDb.dropDatabase();
  });

  it('is the same when it is derived again, also of removed tiers and of policies of older releases', async () => {
    const outcome = await rebuild(tierModel(control), { database: control, replace: false, report: () => undefined });
    expect(outcome).toMatchObject({ differences: [], tables: [{ live: { rows: 4 } }] });
    const rows = await control.query('SELECT name, successor, version FROM tier ORDER BY name');
    expect(rows).toEqual([
      { name: 'again', successor: null, version: 5 },
      { name: 'older', successor: null, version: 1 },
      { name: 'removing', successor: 'standard', version: 2 },
      { name: 'standard', successor: null, version: 1 },
    ]);
  });
});
