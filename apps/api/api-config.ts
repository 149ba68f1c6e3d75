import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import {
  type Config,
  ConfigError,
  integer,
  list,
  optional,
  path,
  readConfig,
  secret,
  text,
  url,
} from '@icmp-mon/platform/config';
import { roles, SINGLE_SIGN_ON_FIELDS, singleSignOnOf, type SingleSignOnOptions } from '@icmp-mon/identity/server';
import { watchedDisks } from '@icmp-mon/operations/server';
import { thresholds } from '@icmp-mon/platform/health';
import { KAFKA_SASL_FIELDS } from '@icmp-mon/platform/messaging';

const POSTGRES = { protocols: ['postgres:', 'postgresql:'] };

const FIELDS = {
  controlDatabaseUrl: url('ICMPMON_CONTROL_DATABASE_URL', POSTGRES),
  telemetryDatabaseUrl: url('ICMPMON_TELEMETRY_DATABASE_URL', POSTGRES),
  kafkaBrokers: list('ICMPMON_KAFKA_BROKERS'),
  redisUrl: url('ICMPMON_REDIS_URL', { protocols: ['redis:', 'rediss:'] }),
  topicPrefix: text('ICMPMON_TOPIC_PREFIX', { default: 'icmpmon' }),
  shardCount: integer('ICMPMON_SHARD_COUNT', { default: 8, min: 1, max: 64 }),
  opsPort: integer('ICMPMON_OPS_PORT', { default: 0, max: 65_535 }),
  apiHost: text('ICMPMON_API_HOST', { default: '127.0.0.1' }),
  apiPort: integer('ICMPMON_API_PORT', { default: 8080, max: 65_535 }),
  trustedProxies: optional(list('ICMPMON_TRUSTED_PROXIES')),
  publicEnrolUrl: url('ICMPMON_PUBLIC_ENROL_URL', { protocols: ['https:'] }),
  caDir: path('ICMPMON_CA_DIR'),
  portalDir: optional(path('ICMPMON_PORTAL_DIR')),
  clientFile: optional(path('ICMPMON_CLIENT_FILE')),
  secondFactorRequired: roles('ICMPMON_SECOND_FACTOR_REQUIRED'),
  secretFile: path('ICMPMON_SECRET_FILE', { mustExist: true }),
  credentialsKey: optional(secret('ICMPMON_CREDENTIALS_KEY')),
  bootstrapFile: optional(path('ICMPMON_BOOTSTRAP_FILE', { mustExist: true })),
  starterTargets: optional(list('ICMPMON_STARTER_TARGETS')),
  healthThresholds: thresholds('ICMPMON_HEALTH_THRESHOLDS'),
  disks: watchedDisks('ICMPMON_DISKS'),
};

export type ApiConfig = Config<typeof FIELDS> & { jwtSecret: string; singleSignOn: SingleSignOnOptions | null };

const SECRET_LENGTH_MIN = 32;

/** Reads the api's settings. @throws ConfigError that lists every wrong setting */
export function readApiConfig(env: NodeJS.ProcessEnv = process.env): ApiConfig {
  const config = readConfig({ ...FIELDS, ...SINGLE_SIGN_ON_FIELDS, ...KAFKA_SASL_FIELDS }, env);
  requireProxies(config.trustedProxies ?? []);
  return { ...config, singleSignOn: singleSignOnOf(config), jwtSecret: readJwtSecret(config.secretFile) };
}

/** Names of address ranges that Express supports. */
const PROXY_RANGES = ['loopback', 'linklocal', 'uniquelocal'];

function requireProxies(proxies: readonly string[]): void {
  const wrong = proxies.filter((proxy) => {
    const [address = '', bits, ...rest] = proxy.split('/');
    const family = isIP(address);
    const goodBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
    return !PROXY_RANGES.includes(proxy) && (family === 0 || !goodBits || rest.length > 0);
  });
  if (wrong.length === 0) return;
  const expected = 'must list addresses (10.0.0.5), ranges (10.0.0.0/24) or loopback, linklocal, uniquelocal';
  throw new ConfigError([`ICMPMON_TRUSTED_PROXIES ${expected}, separated by commas; wrong: ${wrong.join(', ')}.`]);
}

function readJwtSecret(file: string): string {
  const problem = `ICMPMON_SECRET_FILE must name a JSON file whose jwtSecret has at least ${SECRET_LENGTH_MIN} characters.`;
  try {
    const secrets: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const jwtSecret =
      typeof secrets === 'object' && secrets !== null && 'jwtSecret' in secrets ? secrets.jwtSecret : '';
    if (typeof jwtSecret === 'string' && jwtSecret.length >= SECRET_LENGTH_MIN) return jwtSecret;
  } catch (error) {
    throw new ConfigError([`${problem} (${error instanceof Error ? error.message : 'unreadable'})`]);
  }
  throw new ConfigError([problem]);
}
