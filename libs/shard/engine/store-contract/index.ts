import { afterEach, beforeEach, describe } from 'vitest';
import { itCommits } from './commits';
import { itKeepsLeases } from './leases';
import { StoreScene, type StoreUnderTest } from './store-scene';

export type { StoreUnderTest };

/** Describes what the shard host requires of a store. Every implementation of the port runs it. */
export function describeShardStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`a store of shards, ${name}`, () => {
    const scene = new StoreScene();
    beforeEach(async () => scene.open(await open()));
    afterEach(() => scene.close());
    itKeepsLeases(scene);
    itCommits(scene);
  });
}
