import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ApiConfig, readApiConfig } from './api-config';

const folder = mkdtempSync(path.join(os.tmpdir(), 'icmp-mon-api-config-'));
const secretFile = path.join(folder, 'secrets.json');
writeFileSync(secretFile, JSON.stringify({ jwtSecret: 'x'.repeat(32) }));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (proxies: string, more: Record<string, string> = {}): ApiConfig =>
  readApiConfig({
    ...more,
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

describe('single sign-on', () => {
  const ISSUER = {
    ICMPMON_OIDC_ISSUER: 'https://sso.example.net/realms/noc',
    ICMPMON_OIDC_CLIENT_ID: 'icmp-mon',
    ICMPMON_OIDC_ROLES: 'noc-admins=admin,noc=operator',
    ICMPMON_PUBLIC_URL: 'https://mon.example.net/',
  };

  it('is off without an issuer, and has defaults with one', () => {
    expect(read('loopback').singleSignOn).toBeNull();
    expect(read('loopback', ISSUER).singleSignOn).toMatchObject({
      ...{
        issuer: 'https://sso.example.net/realms/noc',
        clientSecret: undefined,
        publicUrl: 'https://mon.example.net',
      },
      ...{ scopes: ['openid', 'profile', 'email'], groupsClaim: 'groups', label: 'single sign-on' },
    });
  });

  it('names every setting that is missing', () => {
    const alone = { ICMPMON_OIDC_ISSUER: ISSUER.ICMPMON_OIDC_ISSUER, ICMPMON_OIDC_SCOPES: 'profile' };
    expect(() => read('loopback', alone)).toThrow(
      /ICMPMON_PUBLIC_URL is missing[^]*ICMPMON_OIDC_CLIENT_ID is missing[^]*ICMPMON_OIDC_ROLES is missing[^]*must contain openid/,
    );
  });

  it.each([
    ['ICMPMON_OIDC_ISSUER', 'http://sso.example.net'],
    ['ICMPMON_OIDC_ISSUER', 'sso.example.net'],
    ['ICMPMON_OIDC_ISSUER', 'https://sso.example.net/?tenant=1'],
    ['ICMPMON_PUBLIC_URL', 'http://mon.example.net'],
    ['ICMPMON_PUBLIC_URL', 'https://mon.example.net/portal'],
    ['ICMPMON_PUBLIC_URL', 'https://user@mon.example.net'],
    ['ICMPMON_OIDC_ROLES', 'noc=root'],
    ['ICMPMON_OIDC_LABEL', 'x'.repeat(41)],
    ['ICMPMON_SECOND_FACTOR_REQUIRED', 'admin,root'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => read('loopback', { ...ISSUER, [name]: value })).toThrow(`${name} must be`);
  });

  it('may use http on this machine', () => {
    const local = { ICMPMON_OIDC_ISSUER: 'http://127.0.0.1:9000', ICMPMON_PUBLIC_URL: 'http://localhost:8080' };
    expect(read('loopback', { ...ISSUER, ...local }).singleSignOn?.issuer).toBe('http://127.0.0.1:9000');
  });
});
