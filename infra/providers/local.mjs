import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { appUsers } from '../app-users.mjs';
import { giveToOwner } from '../owner.mjs';
import { runtimeDir } from '../paths.mjs';
import { stablePorts } from '../ports.mjs';
import { kafkaJars } from '../provision/kafka-jars.mjs';
import { systemTree } from '../provision/system-tree.mjs';
import { secretsOf } from '../secrets.mjs';
import { kafkaSaslOf, kafkaService } from '../services/kafka.mjs';
import { postgresService, superuser } from '../services/postgres.mjs';
import { valkeyService } from '../services/valkey.mjs';

/**
 * Runs Kafka, PostgreSQL and Valkey as processes of this machine, with their data below `dir`.
 * @param {{ dir: string, print: (line: string) => void, durable?: boolean }} of
 * @returns the services to supervise, and their addresses
 */
export async function localServices({ dir, print, durable = true }) {
  mkdirSync(dir, { recursive: true });
  giveToOwner(dir);
  const treeDir = await systemTree(runtimeDir, print);
  const jarsDir = await kafkaJars(runtimeDir, print);
  const ports = await stablePorts(join(dir, 'ports.json'), ['kafka', 'kafkaController', 'postgres', 'redis']);
  const secrets = secretsOf(join(dir, 'secrets.json'));
  const data = join(dir, 'data');
  const services = [
    kafkaService({
      jarsDir,
      dataDir: join(data, 'kafka'),
      user: appUsers(dir, [dir, jarsDir]).users.kafka,
      port: ports.kafka,
      controllerPort: ports.kafkaController,
      password: secrets.kafkaPassword,
    }),
    postgresService({
      treeDir,
      dataDir: join(data, 'postgres'),
      port: ports.postgres,
      password: secrets.postgresPassword,
      durable,
    }),
    valkeyService({ treeDir, dataDir: join(data, 'valkey'), port: ports.redis, password: secrets.redisPassword }),
  ];
  const server = `postgres://${superuser}:${secrets.postgresPassword}@127.0.0.1:${ports.postgres}`;
  return {
    services,
    addresses: {
      kafkaBrokers: `127.0.0.1:${ports.kafka}`,
      kafkaSasl: kafkaSaslOf(secrets.kafkaPassword),
      databaseUrl: `${server}/postgres`,
      redisUrl: `redis://:${secrets.redisPassword}@127.0.0.1:${ports.redis}`,
    },
  };
}
