// Texts of the environment variables that several commands read, in one place.

/** @type {Record<string, string>} */
const TEXTS = {
  ICMPMON_STATE_DIR: 'folder of the installation (default .icmp-mon)',
  ICMPMON_PROVIDER:
    'local or docker: how Kafka, PostgreSQL and Redis are run (default: Docker where an engine answers)',
  ICMPMON_LOG_LEVEL: 'trace, debug, info, warn or error (default info)',
  ICMPMON_DIST_DIR: 'folder of built apps to run without building (default: dist, built when sources changed)',
  ICMPMON_API_PORT: 'port of portal and API; 0: any free port (default 8080)',
  ICMPMON_AGENT_PORT: "port of the agents' listener; 0: any free port (default 8443)",
  ICMPMON_ENROL_PORT: 'port of the enrolment listener; 0: any free port (default 8444)',
  ICMPMON_KAFKA_BROKERS: 'brokers of your own Kafka; set the next three as well (default: started here)',
  ICMPMON_CONTROL_DATABASE_URL: 'your own control database',
  ICMPMON_TELEMETRY_DATABASE_URL: 'your own telemetry database',
  ICMPMON_REDIS_URL: 'your own Redis or Valkey',
  ICMPMON_TOPIC_PREFIX: 'first part of topic names (default icmpmon)',
  ICMPMON_TEST_KAFKA_BROKERS: 'running Kafka for the tests; set the next two as well (default: started for the tests)',
  ICMPMON_TEST_DATABASE_URL: 'running PostgreSQL with TimescaleDB, login of a superuser',
  ICMPMON_TEST_REDIS_URL: 'running Redis or Valkey',
};

/** @param {...string} names */
export function settings(...names) {
  const unknown = names.find((name) => !Object.hasOwn(TEXTS, name));
  if (unknown) throw new Error(`infra/commands/settings.mjs has no text for the variable ${unknown}.`);
  return Object.fromEntries(names.map((name) => [name, TEXTS[name]]));
}

/** Addresses of the operator's own servers. */
export const OWN_SERVICES = [
  'ICMPMON_KAFKA_BROKERS',
  'ICMPMON_CONTROL_DATABASE_URL',
  'ICMPMON_TELEMETRY_DATABASE_URL',
  'ICMPMON_REDIS_URL',
];
