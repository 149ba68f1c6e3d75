import { ControlDatabase, type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, type TestDatabases, testDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aborted } from '@icmp-mon/platform/concurrency';
import { byLease, bySessionLock, isHeld, Leader, type LeaseTerm, type SessionLockTerm } from './index';
import { acquireLease, releaseLease, renewLease } from './lease';

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
    await home?.dropDatabases();
  });

  const claim = (name: string, holder: string, ttlMs = 60_000) => ({ name, holder, ttlMs });
  const expire = (sql: Sql, name: string) =>
    sql.execute(`UPDATE lease SET expires_at = clock_timestamp() - interval '1 ms' WHERE name = $1`, [name]);

  it('grant one holder of many concurrent claims, in either database', async () => {
    for (const sql of [control, telemetry]) {
      const tries = Array.from({ length: 20 }, (_, i) => acquireLease(sql, claim('crowd', `holder ${i}`)));
      const granted = (await Promise.all(tries)).filter((lease) => lease !== null);
      expect(granted).toEqual([{ epoch: 1, aheadS: 0 }]);
    }
  });

  it('increment the epoch on a takeover and refuse the renewal by the former holder', async () => {
    expect(await acquireLease(control, claim('job', 'old'))).toEqual({ epoch: 1, aheadS: 0 });
    expect(await acquireLease(control, claim('job', 'new'))).toBeNull();
    await expire(control, 'job');
    expect(await acquireLease(control, claim('job', 'new'))).toEqual({ epoch: 2, aheadS: 0 });
    expect(await renewLease(control, claim('job', 'old'), 1)).toBe(false);
    await releaseLease(control, claim('job', 'old'), 1);
    expect(await acquireLease(control, claim('job', 'third'))).toBeNull();
    expect(await renewLease(control, claim('job', 'new'), 2)).toBe(true);
    await releaseLease(control, claim('job', 'new'), 2);
    expect(await acquireLease(control, claim('job', 'third'))).toEqual({ epoch: 3, aheadS: 0 });
  });

  it('are free when they expire later than any lease can, as after a clock that was ahead', async () => {
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

  describe('a leader by a lease', () => {
    it('renews its lease beyond the time to live, and releases it when it is stopped', async () => {
      const told: string[] = [];
      const lead = (holder: string): Leader<LeaseTerm> =>
        new Leader(byLease(control, 'kept', { holder, ttlMs: 600 }), async ({ epoch }, lost) => {
          told.push(`${holder} gained ${epoch}`);
          await aborted(lost);
          told.push(`${holder} lost`);
        });
      const [first, second] = [lead('first'), lead('second')];
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
      expect(await isHeld(control, 'kept')).toBe(true);
      await first.stop();
      expect(first.epoch).toBeNull();
      await eventually(() => expect(second.epoch).toBe(2));
      await second.stop();
      expect(told).toEqual(['first gained 1', 'first lost', 'second gained 2', 'second lost']);
      expect(await isHeld(control, 'kept')).toBe(false);
    });

    it('releases the lease only after its work has ended', async () => {
      const { promise: ending, resolve: end } = Promise.withResolvers<void>();
      const leader = new Leader(byLease(control, 'slow'), () => ending);
      leader.start();
      await eventually(() => expect(leader.epoch).toBe(1));
      const stopped = leader.stop();
      expect(leader.leads).toBe(false);
      expect(await acquireLease(control, claim('slow', 'successor'))).toBeNull();
      end();
      await stopped;
      expect(await acquireLease(control, claim('slow', 'successor'))).toEqual({ epoch: 2, aheadS: 0 });
    });

    it('stops the work when a successor has taken over the lease', async () => {
      let signal: AbortSignal | undefined;
      const leader = new Leader(byLease(control, 'robbed', { ttlMs: 600 }), (_term, lost) => {
        signal = lost;
      });
      leader.start();
      await eventually(() => expect(leader.epoch).toBe(1));
      await control.execute(`UPDATE lease SET epoch = epoch + 1, holder = 'robber',
        expires_at = clock_timestamp() + interval '600 ms' WHERE name = 'robbed'`);
      await eventually(() => expect(signal?.aborted).toBe(true));
      await leader.stop();
      // When it stopped, it released only a lease of its own epoch.
      const [lease] = await control.query<{ epoch: number }>(`SELECT epoch FROM lease WHERE name = 'robbed'`);
      expect(lease.epoch).toBeGreaterThanOrEqual(2);
    });

    it('regards the lease as lost when the database does not answer, and takes it again later', async () => {
      let away = false;
      const flaky: Sql = {
        // A hanging query is worse than a failing one: only the holder's own timer detects it.
        query: (text, params) => (away ? new Promise(() => undefined) : control.query(text, params)),
        execute: (text, params) => (away ? new Promise(() => undefined) : control.execute(text, params)),
      };
      let losses = 0;
      const leader = new Leader(byLease(flaky, 'flaky', { ttlMs: 300 }), async (_term, lost) => {
        await aborted(lost);
        losses += 1;
        away = false;
      });
      leader.start();
      await eventually(() => expect(leader.epoch).toBe(1));
      away = true;
      await eventually(() => expect(losses).toBe(1));
      await eventually(() => expect(leader.epoch).toBe(2));
      await leader.stop();
    });

    it('releases the lease when its work fails, and tries again', async () => {
      let starts = 0;
      const leader = new Leader(byLease(control, 'failing', { ttlMs: 300 }), () => {
        starts += 1;
        if (starts === 1) throw new Error('work cannot start');
      });
      leader.start();
      await eventually(() => expect(leader.epoch).toBe(2));
      expect(starts).toBe(2);
      await leader.stop();
    });
  });

  describe('a leader by a session lock', () => {
    const LOCK = 42;
    const lead = (applicationName: string): Leader<SessionLockTerm> =>
      new Leader(bySessionLock({ url: home.controlUrl, applicationName, lock: LOCK }), () => undefined);

    it('is the only leader until it is stopped or its connection ends, then claims again', async () => {
      const first = lead('first by lock');
      first.start();
      await eventually(() => expect(first.leads).toBe(true));
      const second = lead('second by lock');
      second.start();
      const waits = async (): Promise<unknown[]> =>
        control.query(`SELECT FROM pg_stat_activity WHERE application_name = 'second by lock'`);
      await eventually(async () => expect(await waits()).toHaveLength(1));
      expect(second.leads).toBe(false);
      await control.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'first by lock'`,
      );
      await eventually(() => expect([first.leads, second.leads].filter(Boolean)).toHaveLength(1));
      await second.stop();
      await eventually(() => expect(first.leads).toBe(true));
      await first.stop();
      expect(first.leads).toBe(false);
      expect(await waits()).toEqual([]);
    });
  });
});
