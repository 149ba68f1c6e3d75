import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkFixture } from './bulk-fixture.test-data';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

const targetsOf = (vrf: string): Promise<{ ip: string; name: string | null; tier: string; tags: object }[]> =>
  bulk.control.query(
    'SELECT host(ip) AS ip, name, tier, tags FROM target_list WHERE vrf = $1 ORDER BY target_list.ip',
    [vrf],
  );

describe('the expansion of a block', () => {
  it('registers each host address once, and skips addresses that are targets of the VRF', async () => {
    const request = {
      cidr: '192.0.2.0/29',
      vrf: 'blue',
      tier: 'fast',
      tags: { site: 'fra' },
      namePattern: 'host-{n} {ip}',
    };
    await bulk.finishJob(await bulk.requestExpansion({ cidr: '192.0.2.2/31', vrf: 'blue', tier: 'standard' }));
    await bulk.finishJob(await bulk.requestExpansion({ cidr: '192.0.2.4', vrf: 'red', tier: 'standard' }));
    const preview = await bulk.previewExpansion(request);
    expect(preview).toMatchObject({ count: 6, changes: 4, skipped: [{ reason: 'already_target', count: 2 }] });
    expect(preview.sample[0]).toEqual({ id: null, ip: '192.0.2.1', vrf: 'blue', name: 'host-1 192.0.2.1' });
    const accepted = await bulk.requestExpansion(request);
    expect(accepted).toMatchObject({ kind: 'expand', filter: null, expand: request, total: 6 });
    const done = await bulk.finishJob(accepted);
    expect(done).toMatchObject({ state: 'completed', done: 6, changed: 4, skipped: 2 });
    expect(done.failures.map(({ ip, reason }) => [ip, reason])).toEqual([
      ['192.0.2.2', 'already_target'],
      ['192.0.2.3', 'already_target'],
    ]);
    const rows = await targetsOf('blue');
    expect(rows.map(({ ip }) => ip)).toEqual([1, 2, 3, 4, 5, 6].map((host) => `192.0.2.${host}`));
    expect(rows[0]).toEqual({ ip: '192.0.2.1', name: 'host-1 192.0.2.1', tier: 'fast', tags: { site: 'fra' } });
    expect((await bulk.causedBy(done.id)).map(({ type }) => type)).toEqual(Array(4).fill('TargetRegistered'));
  });

  it('registers the largest block, of IPv6, in several parts', async () => {
    const done = await bulk.finishJob(
      await bulk.requestExpansion({ cidr: '2001:db8::/116', vrf: 'six', tier: 'standard' }),
    );
    expect(done).toMatchObject({ state: 'completed', total: 4_095, changed: 4_095 });
    const rows = await targetsOf('six');
    expect([rows[0].ip, rows.at(-1)?.ip, rows.length]).toEqual(['2001:db8::1', '2001:db8::fff', 4_095]);
  });

  it('skips an address that others register while it runs', async () => {
    const accepted = await bulk.requestExpansion({ cidr: '198.51.100.0/30', vrf: 'raced', tier: 'standard' });
    const running = await bulk.control.transaction(async (sql) => {
      await sql.execute(
        `INSERT INTO target_list (key, id, ip, vrf, tags, tier, version, registered_at)
         VALUES (nextval('target_key_seq'), gen_random_uuid(), '198.51.100.1', 'raced', '{}', 'standard', 1, now())`,
      );
      const run = bulk.finishJob(accepted);
      // The part waits at the constraint on addresses until this transaction commits; then it runs again.
      await expect
        .poll(() =>
          bulk.control.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND state = 'active'`),
        )
        .not.toHaveLength(0);
      return { run };
    });
    expect(await running.run).toMatchObject({ state: 'completed', changed: 1, skipped: 1 });
  });

  it('is refused for an unknown tier', async () => {
    await expect(bulk.requestExpansion({ cidr: '192.0.2.0/30', tier: 'fsat' })).rejects.toMatchObject({
      code: 'invalid',
      errors: [{ pointer: '#/tier', detail: expect.stringContaining('fast') as string }],
    });
  });
});
