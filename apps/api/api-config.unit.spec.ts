import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ApiConfig, readApiConfig } from './api-config';

const folder = mkdtempSync(path.join(os.tmpdir(), 'icmp-mon-api-config-'));
const secretFile = path.join(folder, 'secrets.json');
writeFileSync(secretFile, JSON.stringify({ jwtSecret: 'x'.repeat(32) }));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (proxies: string): ApiConfig =>
  readApiConfig({
    ICMPMON_CONTROL_DATABASE_URL: 'postgres://127.0.0.1/control',
    ICMPMON_TELEMETRY_DATABASE_URL: 'postgres://127.0.0.1/telemetry',
    ICMPMON_KAFKA_BROKERS: '127.0.0.1:9092',
    ICMPMON_REDIS_URL: 'redis://127.0.0.1:6379',
    ICMPMON_PUBLIC_ENROL_URL: 'https://127.0.0.1:8444',
    ICMPMON_CA_DIR: folder,
    ICMPMON_SECRET_FILE: secretFile,
    ICMPMON_TRUSTED_PROXIES: proxies,
  });

describe('trusted proxies', () => {
  it.each(['127.0.0.1', '10.0.0.0/24,2001:db8::/32', 'loopback, 192.0.2.1'])('can be %s', (proxies) => {
    expect(read(proxies).trustedProxies).toHaveLength(proxies.split(',').length);
  });

  it.each(['proxy.example.net', '10.0.0.0/33', '10.0.0.0/x', 'all', '1.2.3.4/8/8'])('cannot be %s', (proxies) => {
    expect(() => read(proxies)).toThrow(`ICMPMON_TRUSTED_PROXIES must list addresses`);
  });
});
