import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface TestServices {
  kafkaBrokers: string[];
  /** Maintenance database of the server on which suites make their own. */
  databaseUrl: string;
  redisUrl: string;
}

const SERVICES_FILE = '.icmp-mon/dev/services.json';

/** Addresses of the services for tests: from the environment, else those of `npm run services -- up`. */
export function testServices(): TestServices {
  // Given services have logins of their own, or none.
  const file = process.env['ICMPMON_TEST_KAFKA_BROKERS'] === undefined ? fromFile() : null;
  const brokers = process.env['ICMPMON_TEST_KAFKA_BROKERS'] ?? file?.kafkaBrokers;
  const databaseUrl = process.env['ICMPMON_TEST_DATABASE_URL'] ?? file?.databaseUrl;
  const redisUrl = process.env['ICMPMON_TEST_REDIS_URL'] ?? file?.redisUrl;
  if (file?.kafkaSasl) useLogin(file.kafkaSasl);
  if (brokers === undefined || databaseUrl === undefined || redisUrl === undefined) {
    throw new Error('No services for tests: run `npm test`, or `npm run services -- up` and then this test again.');
  }
  return { kafkaBrokers: brokers.split(','), databaseUrl, redisUrl };
}

/** As `npm test` does it for the services that it starts: every client of this process finds the login in the environment. */
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
