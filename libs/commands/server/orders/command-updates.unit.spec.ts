import type { ControlDatabase } from '@icmp-mon/platform/database';
import type { LogReader, Messaging } from '@icmp-mon/platform/messaging';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandUpdates } from './command-updates';

const WITHIN = { timeout: 5_000, interval: 5 };
const AGENT = 'a';
const COMMAND = 'c';

let answers: ((rows: object[]) => void)[];
let publish: () => unknown;
let updates: CommandUpdates;

const row = (expires_in_ms: number): object => ({ agent_id: AGENT, id: COMMAND, timeout_ms: 1_000, expires_in_ms });
/** Waits for statement number `at`. */
const asked = (at: number): Promise<void> => expect.poll(() => answers.length, WITHIN).toBeGreaterThan(at);

beforeEach(async () => {
  answers = [];
  const database = { query: () => new Promise((answer) => answers.push(answer)) };
  const log: Partial<LogReader> = {
    ...{ partitionCount: 1, logBounds: () => Promise.resolve({ low: 0, high: 0 }), close: () => Promise.resolve() },
    followPartition: (_partition, _from, onRecords) => {
      const value = Buffer.from(JSON.stringify({ agentIds: [AGENT] }));
      publish = () => onRecords([{ offset: 0, timestampMs: 0, value }]);
      return Promise.resolve();
    },
  };
  const messaging = { openLog: () => Promise.resolve(log) };
  updates = new CommandUpdates(database as unknown as ControlDatabase, messaging as unknown as Messaging);
  publish = () => undefined;
  updates.start();
  await new Promise((done) => setTimeout(done, 20));
});
afterEach(() => updates.stop());

it('a read that began before an agent received a command does not end it', async () => {
  const first = updates.nextOrders(AGENT, [], { waitMs: 500, signal: new AbortController().signal });
  await asked(0);
  answers[0]?.([]);
  await new Promise((done) => setTimeout(done, 20));
  void publish();
  await asked(1);
  // The agent gets the command on another way, and asks again, while the read of the event is still under way.
  const second = updates.nextOrders(AGENT, [COMMAND], { waitMs: 500, signal: new AbortController().signal });
  await asked(2);
  answers[2]?.([row(9_000)]);
  answers[1]?.([]);
  expect(await Promise.all([first, second])).toEqual([null, null]);
});

it('a command without time left is neither ordered nor ended until its expiry is applied', async () => {
  const wait = { waitMs: 300, signal: new AbortController().signal };
  const both = Promise.all([updates.nextOrders(AGENT, [], wait), updates.nextOrders(AGENT, [COMMAND], wait)]);
  await asked(0);
  answers[0]?.([row(-1)]);
  expect(await both).toEqual([null, null]);
});
