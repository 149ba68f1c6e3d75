const variables = {
  mechanism: 'ICMPMON_KAFKA_SASL_MECHANISM',
  username: 'ICMPMON_KAFKA_SASL_USERNAME',
  password: 'ICMPMON_KAFKA_SASL_PASSWORD',
  passwordFile: 'ICMPMON_KAFKA_SASL_PASSWORD_FILE',
};

/**
 * Login to Kafka.
 * @typedef {{ mechanism?: string, username?: string, password?: string, passwordFile?: string }} KafkaLogin
 */

/**
 * Returns the configured login to an external Kafka; undefined without one. The apps validate it.
 * @returns {KafkaLogin | undefined}
 */
export function givenKafkaLogin(environment = process.env) {
  const given = Object.entries(variables).filter(([, name]) => environment[name]);
  return given.length === 0 ? undefined : Object.fromEntries(given.map(([key, name]) => [key, environment[name]]));
}

/**
 * Returns the variables that give an app the login for these addresses.
 * @param {KafkaLogin | undefined} login
 * @returns {Record<string, string>}
 */
export function kafkaLoginEnvironment(login) {
  const values = new Map(Object.entries(login ?? {}));
  const given = Object.entries(variables).map(([key, name]) => [name, values.get(key)]);
  return Object.fromEntries(given.filter(([, value]) => value));
}
