import { describe, expect, it } from 'vitest';
import { SimulatedProcess } from './simulated-process';
import { World } from './world';

describe('virtual time', () => {
  it('runs events in the order of their times, simultaneous ones as scheduled', async () => {
    const world = new World(1);
    const order: string[] = [];
    for (const [name, atMs] of [
      ['c', 30],
      ['a', 10],
      ['b', 10],
      ['never', 20],
    ] as const) {
      const cancel = world.scheduleEvent(atMs, () => void order.push(`${name} at ${world.nowMs}`));
      if (name === 'never') cancel();
    }
    expect(await world.runEvents(() => false, 1_000)).toBe(false);
    expect(order).toEqual(['a at 10', 'b at 10', 'c at 30']);
  });

  it('settles the promises of an event before the next one', async () => {
    const world = new World(1);
    const order: string[] = [];
    world.scheduleEvent(
      1,
      () =>
        void (async () => {
          for (let turn = 0; turn < 50; turn++) await Promise.resolve();
          order.push('first');
        })(),
    );
    world.scheduleEvent(1, () => void order.push('second'));
    await world.runEvents(() => false, 10);
    expect(order).toEqual(['first', 'second']);
  });
});

describe('a simulated process', () => {
  const during = async (disturb: (process: SimulatedProcess) => void): Promise<number | null> => {
    const world = new World(1);
    const process = new SimulatedProcess(world, 'test');
    let wokeAtMs: number | null = null;
    void process.time.sleepFor(10).then(() => (wokeAtMs = world.nowMs));
    world.scheduleEvent(5, () => disturb(process));
    await world.runEvents(() => false, 1_000);
    return wokeAtMs;
  };

  it('continues where it was after a pause, and never after it was killed', async () => {
    expect(await during(() => undefined)).toBe(10);
    expect(await during((process) => process.pauseProcess(100))).toBe(105);
    expect(await during((process) => process.crashProcess())).toBeNull();
  });
});
