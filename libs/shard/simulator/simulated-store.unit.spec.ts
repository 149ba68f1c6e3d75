import { LEASE_TTL_MS } from '@icmp-mon/shard/engine';
import { describeShardStore, type StoreUnderTest } from '@icmp-mon/shard/engine/store-contract';
import { expect } from 'vitest';
import { Faults } from './faults';
import { SimulatedDatabase } from './simulated-database';
import { SimulatedProcess } from './simulated-process';
import { SimulatedStore } from './simulated-store';
import { World } from './world';

/** Time after which statements have reached the point where they wait, in ms. */
const ARRIVED_MS = 1_000;

async function open(): Promise<StoreUnderTest> {
  const world = new World(1);
  const violations: string[] = [];
  const witness = {
    recordViolation: (what: string) => void violations.push(what),
    recordLapse: () => undefined,
    checkpointStored: () => undefined,
  };
  const database = new SimulatedDatabase(world, witness, true);
  const passes = (ms: number): Promise<boolean> => {
    world.scheduleEvent(ms, () => undefined);
    return world.runEvents(() => false, world.nowMs + ms);
  };
  return {
    store: new SimulatedStore(world, database, new SimulatedProcess(world, 'test'), new Faults(world)),
    async advanceUntil(work) {
      let isSettled = false;
      const settle = (): void => void (isSettled = true);
      work.then(settle, settle);
      await world.runEvents(() => isSettled, Infinity);
      return work;
    },
    untilOneWaits: () => new Promise((resolve) => world.scheduleEvent(ARRIVED_MS, resolve)),
    expireLeases: async () => void (await passes(LEASE_TTL_MS + 1)),
    async close() {
      expect(violations).toEqual([]);
    },
  };
}

describeShardStore('in the simulation', open);
