import { isDebianLike } from '../provision/system-packages.mjs';
import { Refusal } from '../output.mjs';
import { dockerAnswers, dockerServices } from './docker.mjs';
import { givenAddresses } from './environment.mjs';
import { localServices } from './local.mjs';

/** @typedef {{ dockerAnswers: () => Promise<boolean> | boolean, isDebianLike: () => boolean }} Machine */
/** @typedef {{ dir: string, print: (line: string) => void, durable?: boolean }} ProvideOptions */
/** @typedef {{ kafkaBrokers: string, kafkaSasl: import('../kafka-login.mjs').KafkaLogin, databaseUrl: string, redisUrl: string }} ServerAddresses */

/** Values of ICMPMON_PROVIDER. */
const startedHere = ['local', 'docker'];

/**
 * Returns the provider of the services: the one that ICMPMON_PROVIDER names, otherwise the first match of configured addresses, a
 * Docker engine, local processes.
 * @throws Refusal when the named provider is not available here, or addresses are configured as well
 */
export async function chooseProvider(environment = process.env, machine = { dockerAnswers, isDebianLike }) {
  const demanded = demandedProvider(environment);
  if (givenAddresses(environment)) {
    if (!demanded) return 'environment';
    throw new Refusal(
      `ICMPMON_PROVIDER=${demanded} starts Kafka, PostgreSQL and Redis here, but the addresses of running ones are set as well. ` +
        'Unset one or the other.',
    );
  }
  if (demanded) return checkedProvider(demanded, machine);
  if (await machine.dockerAnswers()) return 'docker';
  if (machine.isDebianLike()) return 'local';
  throw new Refusal(
    'ICMP-Mon needs Kafka, PostgreSQL with TimescaleDB and Redis. This machine has no running Docker engine, and is ' +
      'not a Debian-like system on which they could be set up. Either install Docker and start it, or set the addresses ' +
      'of running ones: ICMPMON_KAFKA_BROKERS, ICMPMON_CONTROL_DATABASE_URL, ICMPMON_TELEMETRY_DATABASE_URL, ' +
      'ICMPMON_REDIS_URL.',
  );
}

/** Returns the provider that ICMPMON_PROVIDER names, or undefined. */
export function demandedProvider(environment = process.env) {
  const name = environment.ICMPMON_PROVIDER;
  if (!name) return undefined;
  if (startedHere.includes(name)) return name;
  throw new Refusal(`ICMPMON_PROVIDER=${name} is unknown. Use ${startedHere.join(' or ')}, or leave it unset.`);
}

/**
 * @param {string} name
 * @param {Machine} machine
 */
async function checkedProvider(name, machine) {
  if (name === 'docker' && !(await machine.dockerAnswers())) {
    throw new Refusal(
      'ICMPMON_PROVIDER=docker, but no Docker engine answers, or it has no `docker compose`. Start it and install its ' +
        'compose plugin (DOCKER_HOST selects a remote engine), or unset ICMPMON_PROVIDER.',
    );
  }
  if (name === 'local' && !machine.isDebianLike()) {
    throw new Refusal(
      'ICMPMON_PROVIDER=local sets the services up from Debian packages, and this is not a Debian-like system. Use ' +
        'ICMPMON_PROVIDER=docker, or set the addresses of running ones.',
    );
  }
  return name;
}

/**
 * Returns the commands that the provider needs on the machine.
 * @param {string} provider
 */
export const commandsOf = (provider) => (provider === 'local' ? ['debootstrap', 'gpgv', 'unshare', 'java', 'mvn'] : []);

/**
 * Local processes need root, because they bind their data into mount namespaces.
 * @param {string} provider
 */
export const needsRoot = (provider) => provider === 'local';

/**
 * Returns the services to start and the four addresses; with configured addresses there is nothing to start.
 * @param {string} provider
 * @param {{ dir: string, print: (line: string) => void }} of
 */
export async function provide(provider, { dir, print }) {
  if (provider === 'environment') {
    const given = givenAddresses();
    if (given === undefined) throw new Refusal('The addresses of the services are no longer in the environment.');
    return { services: [], addresses: given };
  }
  const { services, addresses } = await serverServices(provider, { dir, print });
  /** @param {string} name */
  const database = (name) => addresses.databaseUrl.replace(/\/postgres$/, `/${name}`);
  return {
    services,
    addresses: {
      kafkaBrokers: addresses.kafkaBrokers,
      kafkaSasl: addresses.kafkaSasl,
      controlDatabaseUrl: database('icmpmon_control'),
      telemetryDatabaseUrl: database('icmpmon_telemetry'),
      redisUrl: addresses.redisUrl,
    },
  };
}

/**
 * Returns the services, and the address of the database server with its superuser's login.
 * @param {string} provider
 * @param {ProvideOptions} options
 */
export function serverServices(provider, options) {
  return provider === 'docker' ? dockerServices(options) : localServices(options);
}
