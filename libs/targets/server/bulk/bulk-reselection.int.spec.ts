import type { FilteredTarget } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TargetPatch } from '../target';
import { BulkFixture } from './bulk-fixture.test-data';

let bulk: BulkFixture;
let parent: string;

beforeAll(async () => {
  bulk = await BulkFixture.open();
  [parent] = await bulk.registerTargets(1, 'parent', 0);
});
afterAll(() => bulk.close());

interface Case {
  /** Selects the targets of this case, by its field. */
  filter: string;
  /** Members of the targets before the job is accepted. */
  given: TargetPatch;
  /** After this change the filter no longer selects a target; null if no change of a target does that. */
  leave: TargetPatch | null;
}

/** One case per member that a filter compares. */
const CASES: Readonly<Record<keyof FilteredTarget, (batch: string) => Case>> = {
  ip: () => ({ filter: 'ip IN 10.0.1.0/24', given: {}, leave: null }),
  vrf: () => ({ filter: 'vrf=default', given: {}, leave: null }),
  status: () => ({ filter: 'status=unknown', given: {}, leave: null }),
  tags: () => ({ filter: 'site=fra', given: { tags: { site: 'fra' } }, leave: { tags: { site: null } } }),
  placement: () => ({ filter: 'placement=ok', given: {}, leave: null }),
  maintenance: () => ({ filter: 'maintenance=false', given: {}, leave: null }),
  agents: () => ({ filter: 'NOT agent=*', given: {}, leave: null }),
  name: (batch) => ({ filter: `name~"${batch}*"`, given: { name: `${batch}-1` }, leave: { name: 'other' } }),
  tier: () => ({ filter: 'tier=fast', given: { tier: 'fast' }, leave: { tier: 'standard' } }),
  owner: () => ({ filter: 'owner=noc', given: { owner: 'NOC' }, leave: { owner: null } }),
  paused: () => ({ filter: 'NOT paused=false', given: { paused: true }, leave: { paused: false } }),
  parents: () => ({ filter: 'parent=10.0.0.0', given: { parents: [parent] }, leave: { parents: [] } }),
};

describe('targets that others change after a bulk job was accepted', () => {
  it.each(Object.entries(CASES))('are removed only if the filter still selects them: %s', async (member, caseOf) => {
    const batch = `by-${member}`;
    const { filter, given, leave } = caseOf(batch);
    const [kept, left] = await bulk.registerTargets(2, batch, 256 + 10 * Object.keys(CASES).indexOf(member));
    for (const id of [kept, left]) await bulk.changeTarget(id, given);
    const accepted = await bulk.requestChange({
      filter: `batch=${batch} AND ${filter}`,
      remove: true,
      expectedCount: 2,
    });
    await bulk.changeTarget(kept, { notes: 'changed meanwhile' });
    await bulk.changeTarget(left, leave ?? { tags: { batch: 'left' } });
    const done = await bulk.finishJob(accepted);
    expect(done).toMatchObject({ state: 'completed', error: null, changed: 1, skipped: 1 });
    expect(done.failures).toMatchObject([{ id: left, reason: 'no_longer_matches' }]);
  });
});
