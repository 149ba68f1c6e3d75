import { isDebianLike } from '../provision/system-packages.mjs';
import { Refusal } from '../say.mjs';
import { dockerAnswers, dockerServices } from './docker.mjs';
import { givenAddresses } from './environment.mjs';
import { localServices } from './local.mjs';

/** @typedef {{ dockerAnswers: () => Promise<boolean> | boolean, isDebianLike: () => boolean }} Machine */
/** @typedef {{ dir: string, say: (line: string) => void, durable?: boolean }} ProvideOptions */
/** @typedef {{ kafkaBrokers: string, kafkaSasl: import('../kafka-login.mjs').KafkaLogin, databaseUrl: string, redisUrl: string }} ServerAddresses */

/** What can be demanded by ICMPMON_PROVIDER. */
const startedHere = ['local', 'docker'];

/**
 * Which provider serves here: the one that ICMPMON_PROVIDER names, else the first that matches of given addresses, a Docker
 * engine, local processes.
 * @throws Refusal when the demanded one cannot serve here, or contradicts given addresses
 */
export async function chooseProvider(environment = process.env, machine = { dockerAnswers, isDebianLike }) {
  const demanded = demandedProvider(environment);
  if (givenAddresses(environment)) {
    if (!demanded) return 'environment';
    throw new Refusal(
      `ICMPMON_PROVIDER=${demanded} says to start Kafka, PostgreSQL and Redis here, and the addresses of running ones are ` +
        'given too. Unset the one or the other.',
    );
  }
  if (demanded) return checkedProvider(demanded, machine);
  if (await machine.dockerAnswers()) return 'docker';
  if (machine.isDebianLike()) return 'local';
  throw new Refusal(
    'Kafka, PostgreSQL with TimescaleDB and Redis are needed. This machine has no Docker engine that answers, and is ' +
      'no Debian-like system on which they could be set up. Either install Docker and start it, or give the addresses ' +
      'of running ones: ICMPMON_KAFKA_BROKERS, ICMPMON_CONTROL_DATABASE_URL, ICMPMON_TELEMETRY_DATABASE_URL, ' +
      'ICMPMON_REDIS_URL.',
  );
}

/** The provider that ICMPMON_PROVIDER names, or undefined. */
export function demandedProvider(environment = process.env) {
  const name = environment.ICMPMON_PROVIDER;
  if (!name) return undefined;
  if (startedHere.includes(name)) return name;
  throw new Refusal(`ICMPMON_PROVIDER=${name} is not known. Use ${startedHere.join(' or ')}, or leave it unset.`);
}

/**
 * @param {string} name
 * @param {Machine} machine
 */
async function checkedProvider(name, machine) {
  if (name === 'docker' && !(await machine.dockerAnswers())) {
    throw new Refusal(
      'ICMPMON_PROVIDER=docker, but no Docker engine answers, or it has no `docker compose`. Start it and install the ' +
        'compose plugin (DOCKER_HOST names an engine elsewhere), or unset ICMPMON_PROVIDER.',
    );
  }
  if (name === 'local' && !machine.isDebianLike()) {
    throw new Refusal(
      'ICMPMON_PROVIDER=local sets the services up from Debian packages, and this is no Debian-like system. Use ' +
        'ICMPMON_PROVIDER=docker, or give the addresses of running ones.',
    );
  }
  return name;
}

/**
 * The commands that the provider uses.
 * @param {string} provider
 */
export const commandsOf = (provider) => (provider === 'local' ? ['debootstrap', 'gpgv', 'unshare', 'java', 'mvn'] : []);

/**
 * Local processes bind their data into mount namespaces, which takes root.
 * @param {string} provider
 */
export const needsRoot = (provider) => provider === 'local';

/**
 * The product's services and their four addresses; with given addresses there is nothing to start.
 * @param {string} provider
 * @param {{ dir: string, say: (line: string) => void }} of
 */
export async function provide(provider, { dir, say }) {
  if (provider === 'environment') {
    const given = givenAddresses();
    if (given === undefined) throw new Refusal('The addresses of the services are not in the environment any more.');
    return { services: [], addresses: given };
  }
  const { services, addresses } = await serverServices(provider, { dir, say });
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
 * The services with the address of the database server as its superuser.
 * @param {string} provider
 * @param {ProvideOptions} options
 */
export function serverServices(provider, options) {
  return provider === 'docker' ? dockerServices(options) : localServices(options);
}
