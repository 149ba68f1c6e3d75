import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../error-text.mjs';
import { rootDir } from '../paths.mjs';
import { stablePorts } from '../ports.mjs';
import { hasCommand } from '../provision/system-packages.mjs';
import { run, succeeds } from '../run.mjs';
import { Refusal } from '../output.mjs';
import { secretsOf } from '../secrets.mjs';
import { superuser } from '../services/postgres.mjs';
import { jaas, kafkaSaslOf } from '../services/kafka.mjs';
import { kafkaAnswers } from '../services/kafka-ready.mjs';
import { postgresAnswers, valkeyAnswers } from '../services/ready.mjs';

/** Placeholders: compose reads these variables only to start containers. */
const noSecrets = { POSTGRES_PASSWORD: '-', REDIS_PASSWORD: '-', KAFKA_LOGIN: '-' };

const composeFile = join(rootDir, 'infra/compose.yaml');

/** Returns true when a Docker engine answers and has `docker compose`. */
export async function dockerAnswers() {
  if (!hasCommand('docker')) return false;
  const options = { timeout: 10_000 };
  return (await succeeds('docker', ['info'], options)) && (await succeeds('docker', ['compose', 'version'], options));
}

/**
 * Returns Kafka, TimescaleDB and Valkey as containers of one compose project, named after `dir`. The supervised child is
 * `docker compose up`: it stops the containers when it receives a signal, and the engine restarts a container that crashes.
 * @param {{ dir: string }} of
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
    KAFKA_LOGIN: jaas(secrets.kafkaPassword),
  };
  const containers = {
    name: 'containers',
    prepare: () => pull(dir, env),
    command: () => ({ command: 'docker', args: [...compose(dir), 'up', '--no-color', '--remove-orphans'], env }),
    ready: async () =>
      (await kafkaAnswers(ports.kafka, kafkaSaslOf(secrets.kafkaPassword))) &&
      (await postgresAnswers(ports.postgres)) &&
      (await valkeyAnswers(ports.redis, secrets.redisPassword)),
  };
  return {
    services: [containers],
    addresses: {
      kafkaBrokers: `127.0.0.1:${ports.kafka}`,
      kafkaSasl: kafkaSaslOf(secrets.kafkaPassword),
      databaseUrl: `postgres://${superuser}:${secrets.postgresPassword}@127.0.0.1:${ports.postgres}/postgres`,
      redisUrl: `redis://:${secrets.redisPassword}@127.0.0.1:${ports.redis}`,
    },
  };
}

/**
 * @param {string} dir
 * @param {NodeJS.ProcessEnv} env
 */
async function pull(dir, env) {
  try {
    await run('docker', [...compose(dir), 'pull', '--policy', 'missing', '--quiet'], { env });
  } catch (error) {
    throw new Refusal(pullFailed(messageOf(error), imagesIn(readFileSync(composeFile, 'utf8'))));
  }
}

/** @param {string} composeText */
export const imagesIn = (composeText) => [...composeText.matchAll(/^\s+image:\s*(\S+)/gm)].map(([, image]) => image);

/**
 * Returns what to do when images could not be pulled; `output` is docker's output.
 * @param {string} output
 * @param {string[]} images
 */
export function pullFailed(output, images) {
  const [first, ...said] = output.trim().split('\n');
  return (
    `Cannot pull the images: ${said.at(-1)?.trim() || first}\n` +
    `Needed: ${images.join(', ')}. Give this machine access to their registry (a mirror, a proxy, a login), or load ` +
    'them from a machine that has them: docker save IMAGE | docker load. Or start without containers: ICMPMON_PROVIDER=local'
  );
}

/**
 * Stops the containers of `dir`, even when the compose command that started them was killed. Returns the names of the containers
 * that ran.
 * @param {string} dir
 */
export async function stopContainers(dir, { removeData = false } = {}) {
  const placeholders = ['KAFKA_PORT', 'POSTGRES_PORT', 'REDIS_PORT'].map((name) => [name, '1']);
  const env = { ...process.env, ...Object.fromEntries(placeholders), ...noSecrets };
  const running = await run('docker', [...compose(dir), 'ps', '--services', '--filter', 'status=running'], { env });
  await run('docker', [...compose(dir), 'down', ...(removeData ? ['--volumes'] : [])], { env });
  return running.split('\n').filter((name) => name !== '');
}

/** @param {string} dir */
function compose(dir) {
  const project = `icmpmon-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`;
  return ['compose', '--project-name', project, '--file', composeFile];
}
