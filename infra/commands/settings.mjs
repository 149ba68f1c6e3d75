// Variables of the environment that several commands read, each worded once.

/** @type {Record<string, string>} */
const TEXTS = {
  ICMPMON_STATE_DIR: 'folder of the installation (default .icmp-mon)',
  ICMPMON_PROVIDER: 'local or docker: what runs Kafka, PostgreSQL and Redis (default: what the machine has)',
  ICMPMON_LOG_LEVEL: 'trace, debug, info, warn or error (default info)',
  ICMPMON_DIST_DIR: 'built apps to run as they are, without building (default: dist, built when sources changed)',
  ICMPMON_API_PORT: 'port of portal and API; 0 takes any free one (default 8080)',
  ICMPMON_AGENT_PORT: 'port of the agents; 0 takes any free one (default 8443)',
  ICMPMON_ENROL_PORT: 'port of enrolment; 0 takes any free one (default 8444)',
  ICMPMON_KAFKA_BROKERS: 'your own Kafka; with it the next three (default: started here)',
  ICMPMON_CONTROL_DATABASE_URL: 'your own control database',
  ICMPMON_TELEMETRY_DATABASE_URL: 'your own telemetry database',
  ICMPMON_REDIS_URL: 'your own Redis or Valkey',
  ICMPMON_TOPIC_PREFIX: 'first part of the names of topics (default icmpmon)',
  ICMPMON_TEST_KAFKA_BROKERS: 'running Kafka for the tests; with it the next two (default: started for the tests)',
  ICMPMON_TEST_DATABASE_URL: 'running PostgreSQL with TimescaleDB, login of a superuser',
  ICMPMON_TEST_REDIS_URL: 'running Redis or Valkey',
};

/** @param {...string} names */
export function settings(...names) {
  const unknown = names.find((name) => !Object.hasOwn(TEXTS, name));
  if (unknown) throw new Error(`infra/commands/settings.mjs has no text for ${unknown}.`);
  return Object.fromEntries(names.map((name) => [name, TEXTS[name]]));
}

/** Addresses of servers of your own. */
export const OWN_SERVICES = [
  'ICMPMON_KAFKA_BROKERS',
  'ICMPMON_CONTROL_DATABASE_URL',
  'ICMPMON_TELEMETRY_DATABASE_URL',
  'ICMPMON_REDIS_URL',
];
