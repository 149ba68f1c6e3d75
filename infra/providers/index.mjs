import { isDebianLike } from '../provision/system-packages.mjs';
import { Refusal } from '../say.mjs';
import { dockerAnswers, dockerServices } from './docker.mjs';
import { givenAddresses } from './environment.mjs';
import { localServices } from './local.mjs';

/** Which provider serves here: the first that matches of given addresses, a Docker engine, local processes. */
export async function chooseProvider(environment = process.env) {
  if (givenAddresses(environment)) return 'environment';
  if (await dockerAnswers()) return 'docker';
  if (isDebianLike()) return 'local';
  throw new Refusal(
    'Kafka, PostgreSQL with TimescaleDB and Redis are needed. This machine has no Docker engine that answers, and is ' +
      'no Debian-like system on which they could be set up. Either install Docker and start it, or give the addresses ' +
      'of running ones: ICMPMON_KAFKA_BROKERS, ICMPMON_CONTROL_DATABASE_URL, ICMPMON_TELEMETRY_DATABASE_URL, ' +
      'ICMPMON_REDIS_URL.',
  );
}

/** The commands that the provider uses. */
export const commandsOf = (provider) => (provider === 'local' ? ['debootstrap', 'unshare', 'java', 'mvn'] : []);

/** Local processes bind their data into mount namespaces, which takes root. */
export const needsRoot = (provider) => provider === 'local';

/** The product's services and their four addresses; with given addresses there is nothing to start. */
export async function provide(provider, { dir, say }) {
  if (provider === 'environment') return { services: [], addresses: givenAddresses() };
  const { services, addresses } = await serverServices(provider, { dir, say });
  const database = (name) => addresses.databaseUrl.replace(/\/postgres$/, `/${name}`);
  return {
    services,
    addresses: {
      kafkaBrokers: addresses.kafkaBrokers,
      controlDatabaseUrl: database('icmpmon_control'),
      telemetryDatabaseUrl: database('icmpmon_telemetry'),
      redisUrl: addresses.redisUrl,
    },
  };
}

/** The services with the address of the database server as its superuser. */
export function serverServices(provider, options) {
  return provider === 'docker' ? dockerServices(options) : localServices(options);
}
