import { ConfigError, type Field, optional, readConfig, secret, text } from '@icmp-mon/platform/config';

/** SASL mechanisms with a password that kafkajs supports. */
export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export interface KafkaSasl {
  mechanism: SaslMechanism;
  username: string;
  password: string;
}

const PREFIX = 'ICMPMON_KAFKA_SASL_';

/** Settings for the login to Kafka, used by every app that connects to it. All are unset for a broker without authentication. */
export const KAFKA_SASL_FIELDS = {
  kafkaSaslMechanism: mechanism(`${PREFIX}MECHANISM`),
  kafkaSaslUsername: optional(text(`${PREFIX}USERNAME`)),
  kafkaSaslPassword: hidden(optional(secret(`${PREFIX}PASSWORD`))),
};

/**
 * Returns the login from the environment; undefined without one. It is read where clients are created, so that all connections of the
 * process to Kafka use the same login.
 * @throws ConfigError when only a part of it is set
 */
export function readKafkaSasl(env: NodeJS.ProcessEnv = process.env): KafkaSasl | undefined {
  const config = readConfig(KAFKA_SASL_FIELDS, env, []);
  const { kafkaSaslMechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config;
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined)
    throw new ConfigError([`${PREFIX}USERNAME is missing, but ${PREFIX}PASSWORD is set. Set both.`]);
  if (password === undefined) {
    throw new ConfigError([
      `${PREFIX}PASSWORD is missing, but ${PREFIX}USERNAME is set. Set it, or ${PREFIX}PASSWORD_FILE with the path of a file that exists.`,
    ]);
  }
  return { mechanism: kafkaSaslMechanism, username, password };
}

function mechanism(variable: string): Field<SaslMechanism> {
  return {
    variable,
    expected: `one of ${SASL_MECHANISMS.join(', ')}`,
    parseText: (raw) => SASL_MECHANISMS.find((name) => name === raw.toLowerCase()) ?? null,
    showValue: String,
    missing: { required: false, value: 'plain' },
  };
}

/** Returns the field of an optional secret: its value is never printed. */
function hidden(field: Field<string | undefined>): Field<string | undefined> {
  return { ...field, showValue: (value) => (value === undefined ? '(not set)' : '(redacted)') };
}
