import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { type TestDatabases, testDatabase } from './index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from '@icmp-mon/migrations';

describe('migrations', () => {
  let home: TestDatabases;

  beforeAll(async () => {
    home = await testDatabase('both');
  });

  afterAll(async () => {
    await home?.dropDatabases();
  });

  it('apply to an empty database, each once', async () => {
    const control = new ControlDatabase({ url: home.controlUrl });
    const telemetry = new TelemetryDatabase({ url: home.telemetryUrl });
    expect(await control.query('SELECT name FROM migration')).toHaveLength(CONTROL_MIGRATIONS.length);
    expect(await telemetry.query('SELECT name FROM migration')).toHaveLength(TELEMETRY_MIGRATIONS.length);
    expect(await telemetry.query(`SELECT extname FROM pg_extension WHERE extname = 'timescaledb'`)).toHaveLength(1);
    await control.close();
    await telemetry.close();
  });

  it('refuse to be reverted', async () => {
    for (const Migration of [...CONTROL_MIGRATIONS, ...TELEMETRY_MIGRATIONS]) {
      const migration = new Migration();
      await expect(Promise.resolve().then(() => migration.down({} as never))).rejects.toThrow(/forward only/);
    }
  });
});
