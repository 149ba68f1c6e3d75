import { readFileSync } from 'node:fs';
import { ConfigError } from '@icmp-mon/platform/config';

/** Accounts, keys and tokens that the first start of an installation creates. */
export interface BootstrapSecrets {
  adminUser: string;
  adminPassword: string;
  apiKey: string;
  enrolmentToken: string;
}

const MEMBERS = ['adminUser', 'adminPassword', 'apiKey', 'enrolmentToken'] as const;

/** Reads the bootstrap file. @throws ConfigError that names its missing members */
export function readBootstrapFile(file: string): BootstrapSecrets {
  const content: unknown = parse(file);
  const members = (typeof content === 'object' && content !== null ? content : {}) as Record<string, unknown>;
  const missing = MEMBERS.filter((name) => typeof members[name] !== 'string' || members[name] === '');
  if (missing.length > 0)
    throw new ConfigError([`ICMPMON_BOOTSTRAP_FILE must name a JSON file with ${missing.join(', ')}.`]);
  return members as unknown as BootstrapSecrets;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new ConfigError([`ICMPMON_BOOTSTRAP_FILE must name a JSON file: ${reason}`]);
  }
}
