import { givenKafkaLogin } from '../kafka-login.mjs';
import { Refusal } from '../output.mjs';

const variables = {
  kafkaBrokers: 'ICMPMON_KAFKA_BROKERS',
  controlDatabaseUrl: 'ICMPMON_CONTROL_DATABASE_URL',
  telemetryDatabaseUrl: 'ICMPMON_TELEMETRY_DATABASE_URL',
  redisUrl: 'ICMPMON_REDIS_URL',
};

/**
 * Addresses of the services on which the product runs.
 * @typedef {object} Addresses
 * @property {string} kafkaBrokers
 * @property {string} controlDatabaseUrl
 * @property {string} telemetryDatabaseUrl
 * @property {string} redisUrl
 * @property {import('../kafka-login.mjs').KafkaLogin} [kafkaSasl]
 */

/**
 * Returns the addresses of external services, or undefined when none is configured.
 * @throws Refusal naming the missing variables when only some are set
 * @returns {Addresses | undefined}
 */
export function givenAddresses(environment = process.env) {
  const given = Object.values(variables).filter((name) => environment[name]);
  if (given.length === 0) return undefined;
  const missing = Object.values(variables).filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Refusal(
      `${given.join(', ')} ${given.length > 1 ? 'are' : 'is'} set, but ${missing.join(', ')} ` +
        `${missing.length > 1 ? 'are' : 'is'} not. Set all four to use your own services, or none of them to start local ones.`,
    );
  }
  const valueOf = (/** @type {keyof typeof variables} */ key) => environment[variables[key]] ?? '';
  const addresses = {
    kafkaBrokers: valueOf('kafkaBrokers'),
    controlDatabaseUrl: valueOf('controlDatabaseUrl'),
    telemetryDatabaseUrl: valueOf('telemetryDatabaseUrl'),
    redisUrl: valueOf('redisUrl'),
  };
  const kafkaSasl = givenKafkaLogin(environment);
  return kafkaSasl ? { ...addresses, kafkaSasl } : addresses;
}
