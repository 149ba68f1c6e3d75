import { VersionConflict } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BulkFixture, REQUESTER } from '../bulk/bulk-fixture.test-data';
import { newKeys } from '../bulk/expand-part';
import { register } from '../target';
import { executeLines } from './execute-lines';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

const register3 = async (parentOfSecond: string) => {
  const keys = await newKeys(bulk.control, 3);
  return keys.map((key, nr) => {
    const target = { targetId: newId(), key, ip: `10.70.0.${key}`, vrf: 'default', name: null, tags: {}, tier: 'fast' };
    const parents = nr === 1 ? [parentOfSecond] : [];
    return {
      ...{ id: target.targetId, expectedVersion: 0 },
      decide: (state: Parameters<typeof register>[0]) => register(state, { ...target, parents }),
    };
  });
};
const listed = (ids: string[]): Promise<{ id: string }[]> =>
  bulk.control.query('SELECT id FROM target_list WHERE id = ANY ($1::uuid[])', [ids]);

it('refuses only the line that breaks a rule across targets', async () => {
  const commands = await register3(newId());
  const outcomes = await bulk.control.transaction((sql) => executeLines(sql, commands, REQUESTER));
  expect(outcomes).toMatchObject([{ appended: 1 }, { refused: { code: 'invalid' } }, { appended: 1 }]);
  const [first, , third] = commands;
  const ids = (await listed(commands.map(({ id }) => id))).map(({ id }) => id).sort();
  expect(ids).toEqual([first.id, third.id].sort());
  const events = await bulk.control.query(`SELECT FROM event WHERE stream LIKE 'target-%'`);
  expect(events).toHaveLength(2);
});

it('leaves a target that others changed to the caller', async () => {
  const [target] = await bulk.registerTargets(1, 'late');
  const stale = { id: target, expectedVersion: 7, decide: () => [] };
  const outcomes = await bulk.control.transaction((sql) => executeLines(sql, [stale], REQUESTER));
  expect(outcomes).toMatchObject([{ refused: { code: 'precondition_failed' } }]);
});

it('leaves to the caller a new target whose id is used already, which is not read before', async () => {
  const [command] = await register3(newId());
  await bulk.control.transaction((sql) => executeLines(sql, [command], REQUESTER));
  await expect(bulk.control.transaction((sql) => executeLines(sql, [command], REQUESTER))).rejects.toThrow(
    VersionConflict,
  );
});
