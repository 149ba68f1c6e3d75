import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger } from '@icmp-mon/platform/ops';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignmentEvents, EVENTS } from './assignment-events.test-data';
import { AssignmentProjection } from './assignment.projection';
import { evaluateByRules } from './evaluate-by-rules';
import { RULES_VERSION } from './rules-version';

const SHARDS = 2;
const TARGETS = 50;
const PER_STEP = 20;
const { tierDefined, targetRegistered, agentEnrolled } = EVENTS;
const logger = createLogger('test');

describe('the evaluation of targets by new rules', () => {
  let home: TestDatabase;
  let database: ControlDatabase;
  let projection: AssignmentProjection;
  let decided: string[];
  const agents = [newId(), newId(), newId()];

  beforeEach(async () => {
    home = await testDatabase('control');
    database = new ControlDatabase({ url: home.url });
    projection = new AssignmentProjection(SHARDS);
    const { happened } = assignmentEvents(database, projection);
    await happened(
      tierDefined('standard', BUILT_IN_TIERS.standard),
      ...agents.map((agent) => agentEnrolled(agent)),
      ...Array.from({ length: TARGETS }, (_, at) => targetRegistered(at + 1)),
    );
    decided = await selections();
    expect(new Set(decided).size).toBe(agents.length);
    await decideByOlderRules();
  });

  afterEach(async () => {
    await database.close();
    await home.dropDatabase();
  });

  async function selections(): Promise<string[]> {
    const rows = await database.query<{ selected: string[] }>(
      'SELECT selected::text[] AS selected FROM assignment_target ORDER BY key',
    );
    return rows.map(({ selected }) => selected.join());
  }

  /** As a release whose rules selected the first agent for every target. */
  async function decideByOlderRules(): Promise<void> {
    await database.execute('UPDATE assignment_target SET selected = ARRAY[$1::uuid]', [agents[0]]);
    await database.execute('UPDATE assignment SET agent_id = $1 WHERE agent_id <> $1', [agents[0]]);
  }

  const evaluate = (
    rulesVersion?: number,
    signal = new AbortController().signal,
    control: Pick<ControlDatabase, 'transaction'> = database,
  ) =>
    evaluateByRules(
      {
        ...{ database: control, shardCount: SHARDS, targetsPerStep: PER_STEP },
        ...(rulesVersion !== undefined && { rulesVersion }),
      },
      { signal, logger },
    );

  const stored = async (): Promise<object | undefined> => {
    const [row] = await database.query(
      'SELECT version, reached_version AS "reachedVersion", reached_key::float8 AS "reachedKey" FROM assignment_rules',
    );
    return row as object;
  };

  /** The database of a worker that is killed before the end of one of its transactions. */
  function killedIn(transaction: number): Pick<ControlDatabase, 'transaction'> {
    let begun = 0;
    return {
      transaction: (work) =>
        database.transaction(async (sql) => {
          const result = await work(sql);
          if (++begun === transaction) throw new Error('killed');
          return result;
        }),
    };
  }

  it('decides all stored targets again once, and publishes what changed', async () => {
    const [{ facts }] = await database.query<{ facts: number }>('SELECT count(*) AS facts FROM shard_feed');
    expect(await evaluate()).toBe(TARGETS);
    expect(await selections()).toEqual(decided);
    expect(await stored()).toMatchObject({ version: RULES_VERSION });
    const changed = decided.filter((selected) => selected !== agents[0]).length;
    const [after] = await database.query<{ facts: number }>('SELECT count(*) AS facts FROM shard_feed');
    expect(after.facts).toBe(facts + changed);
    const [pairs] = await database.query<{ moved: number }>(
      'SELECT count(*) AS moved FROM assignment_removed WHERE agent_id = $1',
      [agents[0]],
    );
    expect(pairs.moved).toBe(changed);
    await decideByOlderRules();
    expect(await evaluate()).toBe(0);
    expect(new Set(await selections())).toEqual(new Set([agents[0]]));
  });

  it('continues after a crash in the middle, and after the end of the worker, where it was', async () => {
    await expect(evaluate(undefined, undefined, killedIn(2))).rejects.toThrow('killed');
    expect(await stored()).toEqual({ version: 0, reachedVersion: RULES_VERSION, reachedKey: PER_STEP });
    expect((await selections()).slice(PER_STEP)).toEqual(Array(TARGETS - PER_STEP).fill(agents[0]));
    expect(await evaluate(undefined, AbortSignal.abort())).toBe(0);
    expect(await evaluate()).toBe(TARGETS - PER_STEP);
    expect(await selections()).toEqual(decided);
    expect(await stored()).toMatchObject({ version: RULES_VERSION });
  });

  it('begins again with each newer version, also in the middle of an earlier one', async () => {
    await expect(evaluate(RULES_VERSION, undefined, killedIn(2))).rejects.toThrow('killed');
    expect(await evaluate(RULES_VERSION + 1)).toBe(TARGETS);
    expect(await stored()).toMatchObject({ version: RULES_VERSION + 1 });
  });

  it('is repeated after a worker of an older release has decided in the meantime', async () => {
    expect(await evaluate(RULES_VERSION + 1)).toBe(TARGETS);
    // An older worker evaluates nothing by itself.
    expect(await evaluate(RULES_VERSION)).toBe(0);
    await assignmentEvents(database, projection).happened(targetRegistered(TARGETS + 1));
    expect(await stored()).toMatchObject({ version: RULES_VERSION });
    expect(await evaluate(RULES_VERSION)).toBe(0);
    expect(await evaluate(RULES_VERSION + 1)).toBe(TARGETS + 1);
  });

  it('finds nothing to do in a new installation', async () => {
    await database.execute('DELETE FROM assignment_target');
    expect(await evaluate()).toBe(0);
    expect(await stored()).toMatchObject({ version: RULES_VERSION });
  });
});
