import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rootDir } from '../paths.mjs';
import { imagesIn, pullFailed } from './docker.mjs';
import { chooseProvider } from './index.mjs';

const machine = (docker: boolean, debian: boolean) => ({
  dockerAnswers: async () => docker,
  isDebianLike: () => debian,
});
const addresses = {
  ICMPMON_KAFKA_BROKERS: 'k:9092',
  ICMPMON_CONTROL_DATABASE_URL: 'postgres://c',
  ICMPMON_TELEMETRY_DATABASE_URL: 'postgres://t',
  ICMPMON_REDIS_URL: 'redis://r',
};

describe('the provider of the services', () => {
  it.each([
    ['configured addresses', addresses, machine(true, true), 'environment'],
    ['a Docker engine', {}, machine(true, true), 'docker'],
    ['a Debian-like system', {}, machine(false, true), 'local'],
    ['ICMPMON_PROVIDER, although an engine answers', { ICMPMON_PROVIDER: 'local' }, machine(true, true), 'local'],
    ['ICMPMON_PROVIDER', { ICMPMON_PROVIDER: 'docker' }, machine(true, true), 'docker'],
    ['an empty ICMPMON_PROVIDER, which counts as unset', { ICMPMON_PROVIDER: '' }, machine(false, true), 'local'],
  ])('is chosen by %s', async (_, environment, here, provider) => {
    expect(await chooseProvider(environment, here)).toBe(provider);
  });

  it.each([
    ['an unknown name', { ICMPMON_PROVIDER: 'podman' }, machine(true, true), /podman is unknown. Use local or docker/],
    ['Docker without an engine', { ICMPMON_PROVIDER: 'docker' }, machine(false, true), /no Docker engine answers/],
    ['local on another system', { ICMPMON_PROVIDER: 'local' }, machine(true, false), /not a Debian-like system/],
    [
      'ICMPMON_PROVIDER together with addresses',
      { ...addresses, ICMPMON_PROVIDER: 'local' },
      machine(true, true),
      /Unset one or the other/,
    ],
    ['a machine without any provider', {}, machine(false, false), /install Docker and start it/],
  ])('is rejected: %s', async (_, environment, here, message) => {
    await expect(chooseProvider(environment, here)).rejects.toThrow(message);
  });
});

describe('the containers', () => {
  const text = readFileSync(join(rootDir, 'infra/compose.yaml'), 'utf8');
  const { services } = parse(text);

  it('use no anonymous volume: every volume that the images declare has a name or is in memory', () => {
    const declared: Record<string, string[]> = {
      kafka: ['/etc/kafka/secrets', '/var/lib/kafka/data', '/mnt/shared/config'],
      postgres: ['/var/lib/postgresql/data'],
      valkey: ['/data'],
    };
    for (const [name, targets] of Object.entries(declared)) {
      const mounts: (string | { target: string })[] = services[name].volumes;
      const mounted = mounts.map((mount) => (typeof mount === 'string' ? mount.split(':')[1] : mount.target));
      expect(mounted.sort(), name).toEqual(targets.sort());
    }
  });

  it('accept clients without a password only inside the container, and publish ports on loopback only', () => {
    const { KAFKA_LISTENERS: listeners, KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: protocols } = services.kafka.environment;
    const protocolOf = Object.fromEntries(
      String(protocols)
        .split(',')
        .map((pair) => pair.split(':')),
    );
    const outside = String(listeners)
      .split(',')
      .map((listener) => listener.split('://'))
      .filter(([, place]) => !place?.startsWith('localhost:'));
    expect(outside.map(([name = '']) => protocolOf[name])).toEqual(['SASL_PLAINTEXT']);
    expect(services.postgres.environment.POSTGRES_PASSWORD).toMatch(/^\$\{\w+\}$/);
    expect(JSON.stringify(services.valkey)).toMatch(/requirepass/);
    for (const { ports } of Object.values<{ ports: string[] }>(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('whose images cannot be pulled are listed, with what to do', () => {
    expect(imagesIn(text)).toHaveLength(3);
    const output =
      'docker ended with 18:\n kafka Error\nError response from daemon: Get "https://images.example/v2/": no such host';
    const message = pullFailed(output, imagesIn(text));
    expect(message).toMatch(
      /^Cannot pull the images: Error response from daemon: .*no such host\nNeeded: apache\/kafka/,
    );
    expect(message).toContain('ICMPMON_PROVIDER=local');
  });
});
