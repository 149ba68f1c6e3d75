import { json, PAGE_OPTIONS, target, vrf } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

const command = { name: 'id', text: 'id of the command' };

/** Kinds of commands; a test compares them with the contract. */
export const COMMAND_KIND_TEXTS = {
  icmp_ping: 'pings it',
  tcp_connect: 'connects to --port',
  http: 'sends a request by --scheme, --port, --path, --host',
  dns: 'asks it for --query-name of --query-type',
  mtr: 'traces the path to it',
};

/** Choices of agents; a test compares them with the contract. */
export const AGENT_CHOICE_TEXTS = {
  assigned: 'the agents that are selected for the target',
  one_per_region: 'one agent of each region',
  one_per_provider: 'one agent of each provider',
  all: 'all agents in service',
};

/** @type {Command} */
const runCommand = {
  name: 'run',
  purpose: 'Probes a target now from several agents, and prints their answers.',
  details: [
    'It follows the command until all agents have answered, or it expires. Interrupted, it continues on the server.',
  ],
  arguments: [
    {
      name: 'kind',
      text: 'kind of probe',
      choices: Object.keys(COMMAND_KIND_TEXTS),
      texts: COMMAND_KIND_TEXTS,
    },
    target,
  ],
  options: [
    vrf,
    { name: 'agents', value: 'names', text: 'names of agents, such as "fra-1 ams-1"; instead of --from' },
    {
      name: 'from',
      value: 'choice',
      choices: Object.keys(AGENT_CHOICE_TEXTS),
      default: 'assigned',
      text: 'which agents probe it',
    },
    {
      name: 'count',
      value: 'n',
      min: 1,
      max: 20,
      text: 'probes per agent; rounds of mtr',
      default: '4 for icmp_ping, 10 for mtr, otherwise 1',
    },
    { name: 'timeout', value: 'ms', min: 100, max: 10_000, default: '2000; mtr has 1000', text: 'timeout of a probe' },
    { name: 'expires', value: 's', min: 5, max: 300, default: 30, text: 'seconds in which agents may answer' },
    { name: 'port', value: 'port', min: 1, max: 65_535, text: 'port of tcp_connect, http, dns' },
    { name: 'scheme', value: 'scheme', choices: ['http', 'https'], text: 'scheme of http' },
    { name: 'path', value: 'path', text: 'path of http, such as /health' },
    { name: 'host', value: 'name', text: 'host of http' },
    { name: 'query-name', value: 'name', text: 'domain name of dns' },
    { name: 'query-type', value: 'type', text: 'record type of dns, such as A' },
    json,
  ],
  examples: [
    'icmpmon commands run icmp_ping 192.0.2.1',
    'icmpmon commands run tcp_connect 192.0.2.1 --port 443 --from one_per_region',
    'icmpmon commands run dns 192.0.2.53 --query-name example.net --query-type A --agents "fra-1 ams-1"',
  ],
  exits: { 1: 'failed, or no agent answered, or one did not answer in time' },
};

/** @type {Command} */
export const commands = {
  name: 'commands',
  purpose: 'Probes targets now, and lists earlier commands.',
  commands: [
    runCommand,
    {
      name: 'list',
      purpose: 'Lists the commands of the last 30 days, newest first.',
      options: [
        { name: 'target', value: 'target', text: 'only of this target: address or id' },
        vrf,
        ...PAGE_OPTIONS,
        json,
      ],
      examples: ['icmpmon commands list', 'icmpmon commands list --target 192.0.2.1'],
    },
    {
      name: 'show',
      purpose: 'Shows a command with the answers of its agents.',
      arguments: [command],
      options: [json],
      examples: ['icmpmon commands show 01936d2e-7c1a-7b3e-9a51-0242ac120010'],
    },
    {
      name: 'trail',
      purpose: 'Shows what an agent did for a command, step by step; kept for 24 hours.',
      arguments: [command, { name: 'agent', text: 'name or id of the agent' }],
      options: [json],
      examples: ['icmpmon commands trail 01936d2e-7c1a-7b3e-9a51-0242ac120010 fra-1'],
    },
    {
      name: 'cancel',
      purpose: 'Cancels a command: agents that have not answered stop running it.',
      arguments: [command],
      options: [json],
      examples: ['icmpmon commands cancel 01936d2e-7c1a-7b3e-9a51-0242ac120010'],
    },
  ],
  examples: ['icmpmon commands run icmp_ping 192.0.2.1'],
};
