import { connect, ControlDatabase, type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, type TestDatabases, testDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLease, endBackend, LeaseKeeper, ownBackend, releaseLease, renewLease } from './index';

describe('leases', () => {
  let home: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('both');
    control = new ControlDatabase({ url: home.controlUrl });
    telemetry = new TelemetryDatabase({ url: home.telemetryUrl });
  });

  afterAll(async () => {
    await control?.close();
    await telemetry?.close();
    await home?.drop();
  });

  const claim = (name: string, holder: string, ttlMs = 60_000) => ({ name, holder, ttlMs });
  const expire = (sql: Sql, name: string) =>
    sql.execute(`UPDATE lease SET expires_at = clock_timestamp() - interval '1 ms' WHERE name = $1`, [name]);

  it('has one holder of many that try at once, in either database', async () => {
    for (const sql of [control, telemetry]) {
      const tries = Array.from({ length: 20 }, (_, i) => acquireLease(sql, claim('crowd', `holder ${i}`)));
      const granted = (await Promise.all(tries)).filter((lease) => lease !== null);
      expect(granted).toEqual([{ epoch: 1, aheadS: 0, former: null }]);
    }
  });

  it('raises the epoch on a takeover and refuses the renewal of the zombie', async () => {
    expect(await acquireLease(control, claim('job', 'old'))).toEqual({ epoch: 1, aheadS: 0, former: null });
    expect(await acquireLease(control, claim('job', 'new'))).toBeNull();
    await expire(control, 'job');
    expect(await acquireLease(control, claim('job', 'new'))).toEqual({ epoch: 2, aheadS: 0, former: null });
    expect(await renewLease(control, claim('job', 'old'), 1)).toBe(false);
    await releaseLease(control, claim('job', 'old'), 1);
    expect(await acquireLease(control, claim('job', 'third'))).toBeNull();
    expect(await renewLease(control, claim('job', 'new'), 2)).toBe(true);
    await releaseLease(control, claim('job', 'new'), 2);
    expect(await acquireLease(control, claim('job', 'third'))).toEqual({ epoch: 3, aheadS: 0, former: null });
  });

  it('is free when it ends later than any lease can, as after a clock that was ahead', async () => {
    for (const sql of [control, telemetry]) {
      await acquireLease(sql, claim('ahead', 'dead', 5_000));
      expect(await acquireLease(sql, claim('ahead', 'successor', 5_000))).toBeNull();
      await sql.execute(`UPDATE lease SET expires_at = expires_at + interval '2 hours' WHERE name = 'ahead'`);
      const taken = await acquireLease(sql, claim('ahead', 'successor', 5_000));
      expect(taken?.epoch).toBe(2);
      expect(taken?.aheadS).toBeGreaterThan(7_100);
      expect(await renewLease(sql, claim('ahead', 'dead', 5_000), 1)).toBe(false);
      expect(await acquireLease(sql, claim('ahead', 'third', 5_000))).toBeNull();
    }
  });

  it('tells the successor the session of the former holder, which can then be ended', async () => {
    const session = await connect({ url: home.telemetryUrl, applicationName: 'former holder' });
    const backend = await ownBackend(session);
    await acquireLease(telemetry, { ...claim('shard', 'old'), backend });
    await expire(telemetry, 'shard');
    const taken = await acquireLease(telemetry, claim('shard', 'new'));
    expect(taken).toEqual({ epoch: 2, aheadS: 0, former: backend });
    expect(await endBackend(telemetry, { ...backend, startedAt: '2020-01-01 00:00:00+00' })).toBe(false);
    expect(await endBackend(telemetry, backend)).toBe(true);
    await eventually(() => expect(session.lost.aborted).toBe(true));
    expect(await endBackend(telemetry, backend)).toBe(false);
  });

  it('holds a lease, renews it past its time to live, and gives it back when stopped', async () => {
    const told: string[] = [];
    const keep = (holder: string): LeaseKeeper =>
      new LeaseKeeper(control, 'kept', {
        holder,
        ttlMs: 600,
        onGained: (epoch) => void told.push(`${holder} gained ${epoch}`),
        onLost: () => void told.push(`${holder} lost`),
      });
    const [first, second] = [keep('first'), keep('second')];
    first.start();
    await eventually(() => expect(first.epoch).toBe(1));
    second.start();
    const expiry = async (): Promise<number> => {
      const rows = await control.query<{ ms: number }>(
        `SELECT (extract(epoch FROM expires_at) * 1000)::bigint AS ms FROM lease WHERE name = 'kept'`,
      );
      return rows[0]?.ms ?? 0;
    };
    const granted = await expiry();
    await eventually(async () => expect(await expiry()).toBeGreaterThan(granted + 1_200));
    expect(told).toEqual(['first gained 1']);
    await first.stop();
    expect(first.epoch).toBeNull();
    await eventually(() => expect(second.epoch).toBe(2));
    await second.stop();
    expect(told).toEqual(['first gained 1', 'first lost', 'second gained 2', 'second lost']);
  });

  it('stops the work when a successor has the lease', async () => {
    let signal: AbortSignal | undefined;
    const keeper = new LeaseKeeper(control, 'robbed', {
      ttlMs: 600,
      onGained: (_epoch, lost) => {
        signal = lost;
      },
    });
    keeper.start();
    await eventually(() => expect(keeper.epoch).toBe(1));
    await control.execute(`UPDATE lease SET epoch = epoch + 1, holder = 'robber',
      expires_at = clock_timestamp() + interval '600 ms' WHERE name = 'robbed'`);
    await eventually(() => expect(signal?.aborted).toBe(true));
    await keeper.stop();
    // Stopped, it gave back only what it had taken itself.
    const [lease] = await control.query<{ epoch: number }>(`SELECT epoch FROM lease WHERE name = 'robbed'`);
    expect(lease.epoch).toBeGreaterThanOrEqual(2);
  });

  it('counts the lease as lost when the database does not answer, and takes it again later', async () => {
    let away = false;
    const flaky: Sql = {
      // A hanging query is worse than a failing one: only the keeper's own clock notices it.
      query: (text, params) => (away ? new Promise(() => undefined) : control.query(text, params)),
      execute: (text, params) => (away ? new Promise(() => undefined) : control.execute(text, params)),
    };
    let losses = 0;
    const keeper = new LeaseKeeper(flaky, 'flaky', {
      ttlMs: 300,
      onGained: () => undefined,
      onLost: () => {
        losses += 1;
        away = false;
      },
    });
    keeper.start();
    await eventually(() => expect(keeper.epoch).toBe(1));
    away = true;
    await eventually(() => expect(losses).toBe(1));
    await eventually(() => expect(keeper.epoch).toBe(2));
    await keeper.stop();
  });

  it('lets go when the work under the lease fails', async () => {
    let starts = 0;
    const keeper = new LeaseKeeper(control, 'failing', {
      ttlMs: 300,
      onGained: () => {
        starts += 1;
        if (starts === 1) throw new Error('work cannot start');
      },
    });
    keeper.start();
    await eventually(() => expect(keeper.epoch).toBe(2));
    expect(starts).toBe(2);
    await keeper.stop();
  });
});
