import { ConfigError, type Field, optional, readConfig, secret, text } from '@icmp-mon/platform/config';

/** The ways to prove a password to Kafka that kafkajs knows. */
export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export interface KafkaSasl {
  mechanism: SaslMechanism;
  username: string;
  password: string;
}

const PREFIX = 'ICMPMON_KAFKA_SASL_';

/** The login to Kafka, for the settings of every app that reaches it. All are unset for a broker that asks for none. */
export const KAFKA_SASL_FIELDS = {
  kafkaSaslMechanism: mechanism(`${PREFIX}MECHANISM`),
  kafkaSaslUsername: optional(text(`${PREFIX}USERNAME`)),
  kafkaSaslPassword: hidden(optional(secret(`${PREFIX}PASSWORD`))),
};

/**
 * The login that the environment gives, undefined when it gives none. Read where a client is made, so that whatever reaches Kafka
 * from this process uses the one login.
 * @throws ConfigError when only a part of it is given
 */
export function readKafkaSasl(env: NodeJS.ProcessEnv = process.env): KafkaSasl | undefined {
  const config = readConfig(KAFKA_SASL_FIELDS, env, []);
  const { kafkaSaslMechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config;
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined) throw new ConfigError([`${PREFIX}USERNAME is missing: ${PREFIX}PASSWORD is given.`]);
  if (password === undefined) {
    throw new ConfigError([
      `${PREFIX}PASSWORD is missing: ${PREFIX}USERNAME is given. Give it, or ${PREFIX}PASSWORD_FILE with the path of a file that exists.`,
    ]);
  }
  return { mechanism: kafkaSaslMechanism, username, password };
}

function mechanism(variable: string): Field<SaslMechanism> {
  return {
    variable,
    expected: `one of ${SASL_MECHANISMS.join(', ')}`,
    parse: (raw) => SASL_MECHANISMS.find((name) => name === raw.toLowerCase()) ?? null,
    show: String,
    missing: { required: false, value: 'plain' },
  };
}

/** A secret that may be missing, and is still never printed. */
function hidden(field: Field<string | undefined>): Field<string | undefined> {
  return { ...field, show: (value) => (value === undefined ? '(not set)' : '(redacted)') };
}
