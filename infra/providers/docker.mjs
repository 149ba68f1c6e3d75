import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../paths.mjs';
import { stablePorts } from '../ports.mjs';
import { hasCommand } from '../provision/system-packages.mjs';
import { run, succeeds } from '../run.mjs';
import { secretsOf } from '../secrets.mjs';
import { superuser } from '../services/postgres.mjs';
import { kafkaAnswers, postgresAnswers, valkeyAnswers } from '../services/ready.mjs';

const composeFile = join(rootDir, 'infra/compose.yaml');

/** True when a Docker engine answers and knows `docker compose`. */
export async function dockerAnswers() {
  if (!hasCommand('docker')) return false;
  const options = { timeout: 10_000 };
  return (await succeeds('docker', ['info'], options)) && (await succeeds('docker', ['compose', 'version'], options));
}

/**
 * Kafka, TimescaleDB and Valkey as containers of one compose project, named after `dir`. The supervised child is
 * `docker compose up`: it stops the containers when it is asked to end, and the engine restarts one that dies.
 */
export async function dockerServices({ dir }) {
  mkdirSync(dir, { recursive: true });
  const ports = await stablePorts(join(dir, 'ports.json'), ['kafka', 'postgres', 'redis']);
  const secrets = secretsOf(join(dir, 'secrets.json'));
  const env = {
    ...process.env,
    KAFKA_PORT: String(ports.kafka),
    POSTGRES_PORT: String(ports.postgres),
    REDIS_PORT: String(ports.redis),
    POSTGRES_PASSWORD: secrets.postgresPassword,
    REDIS_PASSWORD: secrets.redisPassword,
  };
  const containers = {
    name: 'containers',
    prepare: () => run('docker', [...compose(dir), 'pull', '--policy', 'missing', '--quiet'], { env }),
    command: () => ({ command: 'docker', args: [...compose(dir), 'up', '--no-color', '--remove-orphans'], env }),
    ready: async () =>
      (await kafkaAnswers(ports.kafka)) &&
      (await postgresAnswers(ports.postgres)) &&
      (await valkeyAnswers(ports.redis, secrets.redisPassword)),
  };
  return {
    services: [containers],
    addresses: {
      kafkaBrokers: `127.0.0.1:${ports.kafka}`,
      databaseUrl: `postgres://${superuser}:${secrets.postgresPassword}@127.0.0.1:${ports.postgres}/postgres`,
      redisUrl: `redis://:${secrets.redisPassword}@127.0.0.1:${ports.redis}`,
    },
  };
}

/** Stops the containers of `dir` also when the compose command that had started them was killed. */
export async function stopContainers(dir, { removeData = false } = {}) {
  const placeholders = ['KAFKA_PORT', 'POSTGRES_PORT', 'REDIS_PORT'].map((name) => [name, '1']);
  const env = { ...process.env, ...Object.fromEntries(placeholders), POSTGRES_PASSWORD: '-', REDIS_PASSWORD: '-' };
  await run('docker', [...compose(dir), 'down', ...(removeData ? ['--volumes'] : [])], { env });
}

function compose(dir) {
  const project = `icmpmon-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`;
  return ['compose', '--project-name', project, '--file', composeFile];
}
