import { hostname } from 'node:os';
import { AGENT_NAME_RULE, agentNameOf, isAgentName } from '@icmp-mon/agents/contract';
import { type Field, integer, list, optional, path, readConfig, secret, text, url } from '@icmp-mon/platform/config';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const fields = {
  enrolUrl: url('ICMPMON_AGENT_ENROL_URL', { protocols: ['https:'] }),
  enrolToken: maybe(secret('ICMPMON_AGENT_ENROL_TOKEN')),
  caFile: optional(path('ICMPMON_AGENT_CA_FILE', { mustExist: true })),
  caSha256: optional(sha256('ICMPMON_AGENT_CA_SHA256')),
  name: agentName('ICMPMON_AGENT_NAME'),
  region: text('ICMPMON_AGENT_REGION', { default: 'default' }),
  provider: text('ICMPMON_AGENT_PROVIDER', { default: 'default' }),
  tags: list('ICMPMON_AGENT_TAGS', { default: [] }),
  stateDir: path('ICMPMON_AGENT_STATE_DIR', { default: '/var/lib/icmp-mon-agent' }),
  policyFile: optional(path('ICMPMON_AGENT_POLICY_FILE', { mustExist: true })),
  fpingPath: optional(path('ICMPMON_AGENT_FPING_PATH')),
  spoolBytesMax: integer('ICMPMON_AGENT_SPOOL_BYTES', { default: 2 * GIB, min: MIB, max: 1024 * GIB }),
  opsPort: integer('ICMPMON_OPS_PORT', { default: 9464, max: 65_535 }),
};

/** Reads the agent's settings from the environment. @throws ConfigError that lists every wrong setting */
export function readAgentConfig(env?: NodeJS.ProcessEnv): ReturnType<typeof readConfig<typeof fields>> {
  return readConfig(fields, env);
}

/** Parses tags such as `site=north,rack=7`, already split into items; an item without a value becomes a tag with an empty value. */
export function tagsOf(items: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf('=');
      return at === -1 ? [item, ''] : [item.slice(0, at), item.slice(at + 1)];
    }),
  );
}

/** Makes a secret optional and still never prints it. */
function maybe(field: Field<string>): Field<string | undefined> {
  return { ...optional(field), showValue: (value) => (value === undefined ? '(not set)' : '(redacted)') };
}

/** Name of the agent; unless set, the host name adapted to the rule for names. */
function agentName(variable: string): Field<string> {
  return {
    ...text(variable, { default: agentNameOf(hostname()) || 'agent' }),
    expected: `a name that ${AGENT_NAME_RULE}`,
    parseText: (raw) => (isAgentName(raw) ? raw : null),
    namesValue: true,
  };
}

function sha256(variable: string): Field<string> {
  const pattern = /^[0-9a-f]{64}$/;
  return {
    ...text(variable),
    expected: 'the SHA-256 of the CA certificate, 64 hex digits',
    parseText(raw) {
      const digits = raw.replaceAll(':', '').toLowerCase();
      return pattern.test(digits) ? digits : null;
    },
  };
}
