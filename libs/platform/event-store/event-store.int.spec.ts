import { connect, type Connection, ControlDatabase, isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { newId } from '@icmp-mon/platform/ids';
import { type TestDatabase, testDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Counted, counted, counter } from './counter.test-aggregate';
import { type Aggregate, EventStore } from './index';
import { APPEND_ATTEMPTS_MAX } from './event-store';
import { withAnswerKeeper } from './answer-keeper';
import { readEvents } from './read-events';
import { VersionConflict } from './version-conflict';

const metadata = { actor: 'tester', causationId: null, correlationId: newId() };

describe('EventStore', () => {
  let home: TestDatabase;
  let database: ControlDatabase;
  let store: EventStore;

  beforeAll(async () => {
    home = await testDatabase('control');
    database = new ControlDatabase({ url: home.url });
    store = new EventStore(database);
    await database.execute('CREATE TABLE counter_total (id text PRIMARY KEY, total integer CHECK (total < 1000))');
  });

  afterAll(async () => {
    await database?.close();
    await home?.dropDatabase();
  });

  const projected: Aggregate<{ total: number }, Counted> = {
    ...counter,
    async project(sql, events) {
      for (const event of events) {
        await sql.execute(
          `INSERT INTO counter_total VALUES ($1, $2)
           ON CONFLICT (id) DO UPDATE SET total = counter_total.total + excluded.total`,
          [event.stream, event.data.by],
        );
      }
    },
  };

  it('appends the decided events and loads the state from them', async () => {
    const id = newId();
    const done = await store.execute(counter, id, () => [counted(1), counted(2)], { metadata });
    expect(done).toMatchObject({ version: 2, state: { total: 3 } });
    expect(done.events.map((event) => event.version)).toEqual([1, 2]);
    expect(done.events[0]).toMatchObject({ stream: `counter-${id}`, type: 'Counted', data: { by: 1 }, metadata });
    expect(await store.loadAggregate(counter, id)).toEqual({ state: { total: 3 }, version: 2 });
    const [first, second] = done.events;
    expect(second!.position).toBeGreaterThan(first!.position);
    const range = { after: first!.position - 1, upTo: second!.position, limit: 10, category: 'counter' };
    expect(await readEvents(database, range)).toEqual(done.events);
  });

  it('returns version 0 for an aggregate that does not exist', async () => {
    expect(await store.loadAggregate(counter, newId())).toEqual({ state: { total: 0 }, version: 0 });
  });

  it('refuses a command on a version that is not the expected one', async () => {
    const id = newId();
    await store.execute(counter, id, () => [counted(1)], { metadata, expectedVersion: 0 });
    const late = store.execute(counter, id, () => [counted(1)], { metadata, expectedVersion: 0 });
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' });
    expect((await store.loadAggregate(counter, id)).version).toBe(1);
  });

  it('computes the answer in the transaction and stores it there by the keeper of the request', async () => {
    const id = newId();
    const kept: unknown[] = [];
    const command = (): Promise<{ answer: { at: number } }> =>
      store.execute(counter, id, () => [counted(1)], { metadata, answer: (_sql, [event]) => ({ at: event.version }) });
    const done = await withAnswerKeeper((_sql, answer) => Promise.resolve(void kept.push(answer)), command);
    expect([done.answer, kept]).toEqual([{ at: 1 }, [{ at: 1 }]]);
    const refused = withAnswerKeeper(() => Promise.reject(new Error('not kept')), command);
    await expect(refused).rejects.toThrow('not kept');
    expect((await store.loadAggregate(counter, id)).version).toBe(1);
    expect((await command()).answer).toEqual({ at: 2 });
    expect(kept).toHaveLength(1);
  });

  it('accepts exactly one of two concurrent commands with the same expected version', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = newId();
      const pair = [1, 2].map((by) =>
        store.execute(counter, id, () => [counted(by)], { metadata, expectedVersion: 0 }),
      );
      const outcomes = await Promise.allSettled(pair);
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      const lost = outcomes.find((outcome) => outcome.status === 'rejected');
      expect(lost?.reason).toMatchObject({ code: 'precondition_failed' });
    }
  });

  it('keeps stream and read model consistent under 100 concurrent commands on one aggregate', async () => {
    const id = newId();
    const commands = Array.from({ length: 100 }, () =>
      store.execute(projected, id, (state) => [counted(state.total < 50 ? 1 : 2)], { metadata }),
    );
    await Promise.all(commands);
    expect(await store.loadAggregate(counter, id)).toEqual({ state: { total: 150 }, version: 100 });
    expect(await database.query('SELECT total FROM counter_total WHERE id = $1', [`counter-${id}`])).toEqual([
      { total: 150 },
    ]);
  });

  it('executes many commands in few transactions, and refuses only the invalid ones', async () => {
    const transactions = vi.spyOn(database, 'transaction');
    const ids = Array.from({ length: 200 }, () => newId());
    const outcomes = await Promise.allSettled(
      ids.map((id, at) =>
        store.execute(
          projected,
          id,
          () => {
            if (at === 7) throw new DomainError('invalid', 'seven');
            // The read model's constraint rejects command 11, which rolls back the shared transaction.
            return [counted(at === 11 ? 1000 : at)];
          },
          { metadata, ...(at === 13 ? { expectedVersion: 4 } : {}) },
        ),
      ),
    );
    const refused = outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []));
    expect(refused).toEqual([7, 11, 13]);
    expect(transactions.mock.calls.length).toBeLessThan(40);
    transactions.mockRestore();
    for (const at of [0, 7, 11, 13, 199]) {
      expect((await store.loadAggregate(counter, ids[at]!)).version).toBe(refused.includes(at) ? 0 : 1);
    }
    const rows = await database.query('SELECT total FROM counter_total WHERE id = ANY ($1)', [
      ids.map((id) => `counter-${id}`),
    ]);
    expect(rows).toHaveLength(197);
  });

  describe('while another session holds a row lock for long', () => {
    let hurried: ControlDatabase;
    let blocker: Connection;

    beforeAll(async () => {
      hurried = new ControlDatabase({ url: home.url, statementTimeoutMs: 700 });
      blocker = await connect({ url: home.url, applicationName: 'blocker' });
    });

    afterAll(async () => {
      await blocker?.close();
      await hurried?.close();
    });

    it('refuses only the commands that need the row, and executes the others of the shared transaction', async () => {
      const ids = Array.from({ length: 60 }, () => newId());
      await blocker.execute('BEGIN');
      await blocker.execute('INSERT INTO counter_total VALUES ($1, 1), ($2, 1)', [
        `counter-${ids[3]}`,
        `counter-${ids[40]}`,
      ]);
      const shared = new EventStore(hurried);
      const outcomes = await Promise.allSettled(
        ids.map((id) => shared.execute(projected, id, () => [counted(1)], { metadata })),
      );
      expect(outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([3, 40]);
      expect(outcomes[3]).toMatchObject({ reason: expect.any(DependencyUnavailable) });
      const versions = await Promise.all(ids.map(async (id) => (await shared.loadAggregate(counter, id)).version));
      expect(versions).toEqual(ids.map((_, at) => (at === 3 || at === 40 ? 0 : 1)));
      await blocker.execute('ROLLBACK');
      await shared.execute(projected, ids[3]!, () => [counted(1)], { metadata });
      expect((await shared.loadAggregate(counter, ids[3]!)).version).toBe(1);
    });

    it('refuses all commands within a bounded time when all need the locked table', async () => {
      await blocker.execute('BEGIN');
      await blocker.execute('LOCK TABLE event');
      const alone = vi.spyOn(hurried, 'transaction');
      const shared = new EventStore(hurried);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, () => shared.execute(counter, newId(), () => [counted(1)], { metadata })),
      );
      await blocker.execute('ROLLBACK');
      expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'rejected'));
      expect(alone.mock.calls.length).toBeLessThan(20);
      alone.mockRestore();
    });
  });

  it('rolls back events, read model and inner work when one of them fails', async () => {
    const id = newId();
    const tooMuch = store.execute(projected, id, () => [counted(1), counted(1000)], { metadata });
    await expect(tooMuch).rejects.toThrow(/check constraint/);
    const within = async (sql: Sql): Promise<void> => {
      await sql.execute('INSERT INTO counter_total VALUES ($1, 1)', [`inner-${id}`]);
      throw new DomainError('conflict', 'no');
    };
    await expect(store.execute(counter, id, () => [counted(1)], { metadata, within })).rejects.toThrow('no');
    expect((await store.loadAggregate(counter, id)).version).toBe(0);
    expect(await database.query('SELECT * FROM counter_total WHERE id LIKE $1', [`%${id}`])).toEqual([]);
  });

  it('runs the inner work also when no event was decided', async () => {
    const id = newId();
    const within = async (sql: Sql): Promise<void> => {
      await sql.execute('INSERT INTO counter_total VALUES ($1, 1)', [id]);
    };
    const done = await store.execute(counter, id, () => [], { metadata, within });
    expect(done).toMatchObject({ events: [], version: 0 });
    const again = store.execute(counter, id, () => [], { metadata, within });
    await expect(again).rejects.toSatisfy((error: unknown) => isUniqueViolation(error, 'counter_total_pkey'));
  });

  it('retries a conflict a bounded number of times', async () => {
    const id = newId();
    let tries = 0;
    const within = (): Promise<void> => {
      tries += 1;
      return Promise.reject(new VersionConflict(`counter-${id}`, 0, 1));
    };
    const hopeless = store.execute(counter, id, () => [counted(1)], { metadata, within });
    await expect(hopeless).rejects.toMatchObject({ code: 'conflict' });
    expect(tries).toBe(APPEND_ATTEMPTS_MAX);
  });

  it('refuses to change or delete events', async () => {
    await expect(database.execute("UPDATE event SET type = 'Other'")).rejects.toThrow(/append-only/);
    await expect(database.execute('DELETE FROM event')).rejects.toThrow(/append-only/);
  });

  it('does not retry a lost connection, and reports the unavailable dependency', async () => {
    const away = new ControlDatabase({ url: 'postgres://nobody@127.0.0.1:1/icmpmon_test' });
    const lost = new EventStore(away).execute(counter, newId(), () => [counted(1)], { metadata });
    await expect(lost).rejects.toBeInstanceOf(DependencyUnavailable);
  });
});
