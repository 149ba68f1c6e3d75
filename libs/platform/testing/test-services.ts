import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface TestServices {
  kafkaBrokers: string[];
  /** Maintenance database of the server on which suites create their databases. */
  databaseUrl: string;
  redisUrl: string;
}

const SERVICES_FILE = '.icmp-mon/dev/services.json';

/** Returns the addresses of the services for tests: from the environment, otherwise from `npm run services -- up`. */
export function testServices(): TestServices {
  // Services from the environment have their own login, or none.
  const file = process.env['ICMPMON_TEST_KAFKA_BROKERS'] === undefined ? fromFile() : null;
  const brokers = process.env['ICMPMON_TEST_KAFKA_BROKERS'] ?? file?.kafkaBrokers;
  const databaseUrl = process.env['ICMPMON_TEST_DATABASE_URL'] ?? file?.databaseUrl;
  const redisUrl = process.env['ICMPMON_TEST_REDIS_URL'] ?? file?.redisUrl;
  if (file?.kafkaSasl) useLogin(file.kafkaSasl);
  if (brokers === undefined || databaseUrl === undefined || redisUrl === undefined) {
    throw new Error(
      'There are no services for tests. Run `npm test`, or `npm run services -- up` and then this test again.',
    );
  }
  return { kafkaBrokers: brokers.split(','), databaseUrl, redisUrl };
}

/** Sets the login in the environment, as `npm test` does for the services that it starts, so that every client of the process uses it. */
function useLogin({ username, password }: { username: string; password: string }): void {
  process.env['ICMPMON_KAFKA_SASL_USERNAME'] ??= username;
  process.env['ICMPMON_KAFKA_SASL_PASSWORD'] ??= password;
}

interface ServicesFile {
  kafkaBrokers: string;
  kafkaSasl?: { username: string; password: string };
  databaseUrl: string;
  redisUrl: string;
}

function fromFile(): ServicesFile | null {
  const root = path.resolve(import.meta.dirname, '../../..');
  const file = path.join(root, SERVICES_FILE);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}
