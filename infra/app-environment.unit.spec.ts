import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { environmentOf, settingsOf } from './app-environment.mjs';
import { appNames } from './apps.mjs';
import { roleAddresses } from './database-roles.mjs';
import { rootDir } from './paths.mjs';

const addresses = {
  controlDatabaseUrl: 'postgres://icmpmon:super@127.0.0.1:1/icmpmon_control',
  telemetryDatabaseUrl: 'postgres://icmpmon:super@127.0.0.1:1/icmpmon_telemetry',
  kafkaBrokers: '127.0.0.1:2',
  kafkaSasl: { mechanism: 'plain', username: 'icmpmon', password: 'of-kafka' },
  redisUrl: 'redis://:of-redis@127.0.0.1:3',
};
const passwords = { owner: 'o', api: 'a', worker: 'w', projector: 'p', gateway: 'g' };
const installation = {
  dir: '/state',
  addresses,
  roles: roleAddresses(addresses, passwords),
  ports: { api: 1, agents: 2, enrol: 3 },
  bootstrap: { adminUser: 'admin', adminPassword: 'x', apiKey: 'imk_x', enrolmentToken: 'imt_x' },
};

/** The settings that the app's own configuration reads, and the settings shared by all apps. */
function readBy(name: string): Set<string> {
  const files = globSync(`apps/${name}/*config.ts`, { cwd: rootDir }).map((file) => path.join(rootDir, file));
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const own = text.matchAll(/'(ICMPMON_\w+)'/g);
  return new Set([...own].map((match) => String(match[1])));
}

const covers = (name: string, variable: string): boolean =>
  settingsOf[name as keyof typeof settingsOf].some((setting: string) =>
    setting.endsWith('*') ? variable.startsWith(setting.slice(0, -1)) : setting === variable,
  );

afterEach(() => vi.unstubAllEnvs());

describe('the environment of an app', () => {
  it.each(appNames)('of %s contains every setting that the app reads, and no other', (name) => {
    const read = readBy(name);
    expect(read.size).toBeGreaterThan(5);
    const forMigrate = ['ICMPMON_BOOTSTRAP_FILE', 'ICMPMON_STARTER_TARGETS'];
    expect([...read].filter((variable) => !covers(name, variable) && !forMigrate.includes(variable))).toEqual([]);
    const shared = /^ICMPMON_(LOG_LEVEL|KAFKA_SASL_\w+)$/;
    const given = Object.keys(environmentOf(name, installation)).filter((variable) => variable.startsWith('ICMPMON_'));
    expect(given.filter((variable) => !read.has(variable) && !shared.test(variable))).toEqual([]);
  });

  it('contains the login of its own role, and no password of a service that it does not use', () => {
    const gateway = JSON.stringify(environmentOf('gateway', installation));
    expect(gateway).toContain('postgres://icmpmon_gateway:g@127.0.0.1:1/icmpmon_control');
    expect(gateway).not.toMatch(/super|of-redis|telemetry|SECRET_FILE/);
    expect(JSON.stringify(environmentOf('agent', installation))).not.toMatch(/postgres:|redis:|of-kafka/);
    for (const name of appNames) expect(JSON.stringify(environmentOf(name, installation)), name).not.toContain('super');
  });

  it('passes on the settings of npm start that the app reads, and no other variable', () => {
    vi.stubEnv('ICMPMON_GATEWAY_AGENT_REQUESTS_PER_S_MAX', '7');
    vi.stubEnv('ICMPMON_READER_PASSWORD', 'secret');
    vi.stubEnv('CLOUD_TOKEN', 'secret');
    vi.stubEnv('TZ', 'UTC');
    const gateway = environmentOf('gateway', installation);
    expect(gateway).toMatchObject({ ICMPMON_GATEWAY_AGENT_REQUESTS_PER_S_MAX: '7', TZ: 'UTC', NODE_ENV: 'production' });
    expect(JSON.stringify(gateway)).not.toContain('secret"');
    expect(environmentOf('worker', installation)).not.toHaveProperty('ICMPMON_GATEWAY_AGENT_REQUESTS_PER_S_MAX');
  });
});
