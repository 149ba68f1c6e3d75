const variables = {
  mechanism: 'ICMPMON_KAFKA_SASL_MECHANISM',
  username: 'ICMPMON_KAFKA_SASL_USERNAME',
  password: 'ICMPMON_KAFKA_SASL_PASSWORD',
  passwordFile: 'ICMPMON_KAFKA_SASL_PASSWORD_FILE',
};

/**
 * A login to Kafka.
 * @typedef {{ mechanism?: string, username?: string, password?: string, passwordFile?: string }} KafkaLogin
 */

/**
 * The login to an external Kafka, as configured; undefined when none is. The apps check it.
 * @returns {KafkaLogin | undefined}
 */
export function givenKafkaLogin(environment = process.env) {
  const given = Object.entries(variables).filter(([, name]) => environment[name]);
  return given.length === 0 ? undefined : Object.fromEntries(given.map(([key, name]) => [key, environment[name]]));
}

/**
 * The variables by which an app gets the login that belongs to the addresses.
 * @param {KafkaLogin | undefined} login
 * @returns {Record<string, string>}
 */
export function kafkaLoginEnvironment(login) {
  const values = new Map(Object.entries(login ?? {}));
  const given = Object.entries(variables).map(([key, name]) => [name, values.get(key)]);
  return Object.fromEntries(given.filter(([, value]) => value));
}
