import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OutboxOptions, OutboxPublisher } from './outbox-publisher';
import type { OutboxRows } from './outbox-rows';

const BATCH_MAX = 2;

/** A table of numbered rows with its mark. It can be unavailable or busy. */
class Table implements OutboxRows<number> {
  rows: number[] = [];
  marked = 0;
  isBusy = false;
  isAway = false;

  constructor(...rows: number[]) {
    this.rows = rows;
  }

  nextBatch(sent: number | null): ReturnType<OutboxRows<number>['nextBatch']> {
    if (this.isAway) return Promise.reject(new Error('the table is unavailable'));
    if (this.isBusy) return Promise.resolve('busy' as const);
    const after = sent ?? this.marked;
    const messages = this.rows.filter((row) => row > after).slice(0, BATCH_MAX);
    const upTo = messages.at(-1);
    return Promise.resolve(upTo === undefined ? 'none' : { after, upTo, sends: [{ topic: 'numbers', messages }] });
  }

  markPublished({ upTo }: { upTo: number }): Promise<void> {
    this.marked = Math.max(this.marked, upTo);
    return Promise.resolve();
  }
}

describe('an outbox', () => {
  let sent: number[];
  let refusals = 0;
  const publishers: OutboxPublisher<number>[] = [];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] });
    sent = [];
    refusals = 0;
  });

  afterEach(async () => {
    await Promise.all(publishers.splice(0).map((publisher) => publisher.stop()));
    vi.useRealTimers();
  });

  function outbox(table: Table, options: Partial<OutboxOptions<number>> = {}): OutboxPublisher<number> {
    const publisher = new OutboxPublisher<number>({
      name: 'test',
      rowsOf: () => table,
      pollMs: 1_000,
      sendMessages: (_topic, messages) => {
        if (refusals-- > 0) return Promise.reject(new Error('refused'));
        sent.push(...messages);
        return Promise.resolve();
      },
      ...options,
    });
    publishers.push(publisher);
    return publisher;
  }

  const until = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 1 });
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  it('publishes rows in order and in batches, and marks them', async () => {
    const table = new Table(1, 2, 3, 5);
    outbox(table).start();
    await until(() => expect(table.marked).toBe(5));
    expect(sent).toEqual([1, 2, 3, 5]);
  });

  it('starts after the mark', async () => {
    const table = new Table(1, 2, 3);
    table.marked = 2;
    outbox(table).start();
    await until(() => expect(sent).toEqual([3]));
  });

  it('reads rows when it is woken, and at the polling interval', async () => {
    const table = new Table();
    const publisher = outbox(table);
    publisher.start();
    await pass(10);
    table.rows.push(1);
    publisher.wakePartition(0);
    await until(() => expect(table.marked).toBe(1));
    table.rows.push(2);
    await pass(1_000);
    await until(() => expect(sent).toEqual([1, 2]));
  });

  it('does not lose a wake-up during publication', async () => {
    const table = new Table(1);
    const publisher = outbox(table, { pollMs: 3_600_000 });
    vi.spyOn(table, 'nextBatch').mockImplementationOnce(() => {
      publisher.wakePartition(0);
      return Promise.resolve('none');
    });
    publisher.start();
    await until(() => expect(sent).toEqual([1]));
  });

  it('retries a batch with increasing back-off until it is acknowledged, and moves the mark only then', async () => {
    const table = new Table(1, 2, 3);
    refusals = 3;
    const attempts = vi.fn();
    outbox(table, { onSent: attempts }).start();
    await pass(50);
    expect(table.marked).toBe(0);
    await pass(5_000);
    await until(() => expect(table.marked).toBe(3));
    expect(sent).toEqual([1, 2, 3]);
    expect(attempts.mock.calls).toEqual([
      ['numbers', 2],
      ['numbers', 1],
    ]);
  });

  it('does not shorten a back-off when it is woken', async () => {
    const table = new Table(1);
    refusals = 1;
    const publisher = outbox(table);
    publisher.start();
    await until(() => expect(refusals).toBe(0));
    for (let i = 0; i < 5; i++) publisher.wakePartition(0);
    await pass(50);
    expect(sent).toEqual([]);
    await pass(1_000);
    await until(() => expect(sent).toEqual([1]));
  });

  it('waits while rows cannot be read yet, and retries while the table is unavailable', async () => {
    const table = new Table(1);
    table.isBusy = true;
    outbox(table).start();
    await pass(300);
    expect(sent).toEqual([]);
    table.isAway = true;
    table.isBusy = false;
    await pass(300);
    table.isAway = false;
    await pass(1_000);
    await until(() => expect(sent).toEqual([1]));
  });

  it('stops although nothing can be sent, and the next publisher sends the remaining rows', async () => {
    const table = new Table(1, 2);
    refusals = Infinity;
    const stuck = outbox(table);
    stuck.start();
    await pass(500);
    await stuck.stop();
    refusals = 0;
    outbox(table).start();
    await until(() => expect(sent).toEqual([1, 2]));
  });

  it('continues after the rows that it sent itself when another publisher has moved the mark further', async () => {
    const table = new Table(1);
    const mark = vi.spyOn(table, 'markPublished').mockImplementationOnce(() => {
      table.rows.push(2);
      table.marked = 2;
      return Promise.resolve();
    });
    outbox(table).start();
    await until(() => expect(mark).toHaveBeenCalledTimes(2));
    expect(sent).toEqual([1, 2]);
  });

  it('sends everything after a timed-out send again, when that send can no longer arrive', async () => {
    const table = new Table(1);
    refusals = 1;
    outbox(table, { givenUpMs: 30_000 }).start();
    await pass(1_000);
    table.rows.push(2);
    await pass(1_000);
    await until(() => expect(sent).toEqual([1, 2]));
    await pass(20_000);
    expect(sent).toEqual([1, 2]);
    await pass(10_000);
    await until(() => expect(sent).toEqual([1, 2, 1, 2]));
    await pass(60_000);
    expect(sent).toEqual([1, 2, 1, 2]);
  });

  it('runs one send at a time over all partitions', async () => {
    const tables = [1, 2, 3].map((number) => new Table(number, number + 10, number + 20));
    let atOnce = 0;
    let atOnceMax = 0;
    outbox(new Table(), {
      rowsOf: (partition) => tables[partition],
      partitions: () => tables.keys(),
      sendMessages: async (_topic, messages) => {
        atOnceMax = Math.max(atOnceMax, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        sent.push(...messages);
        atOnce--;
      },
    }).start();
    await until(() => expect(sent).toHaveLength(9));
    expect(atOnceMax).toBe(1);
  });

  it('publishes waiting rows before it stops, but does not wait for a hanging send', async () => {
    const table = new Table(1);
    let arrive = (): void => undefined;
    const hang = (): Promise<void> => new Promise((resolve) => (arrive = resolve));
    const send = vi.fn(hang);
    const publisher = outbox(table, { sendMessages: send });
    publisher.wakePartition(0);
    await until(() => expect(send).toHaveBeenCalledTimes(1));
    table.rows.push(2);
    publisher.wakePartition(0);
    const stopped = publisher.stop(3_000);
    arrive();
    await until(() => expect(send).toHaveBeenCalledTimes(2));
    arrive();
    await stopped;
    expect(table.marked).toBe(2);
    const other = outbox(new Table(1), { sendMessages: send });
    other.wakePartition(0);
    await until(() => expect(send).toHaveBeenCalledTimes(3));
    const stopping = other.stop(3_000);
    await pass(3_000);
    await stopping;
    arrive();
  });
});
