import type { Command } from '@icmp-mon/platform/command-line';

const settings = {
  'ICMPMON_AGENT_…':
    'settings of the agent, from /etc/icmp-mon/agent.env where the join command installed it (docs/agent.md)',
};

const runOptions = [{ name: 'print-config', text: 'only prints the settings, without secrets' }];

/** The command line of the agent. */
export const COMMAND_LINE: Command = {
  name: 'icmpmon-agent',
  program: true,
  runs: true,
  purpose: 'The agent of ICMP-Mon. Without a command it runs the agent, like "run".',
  options: runOptions,
  commands: [
    {
      name: 'run',
      purpose: 'Runs the agent in the foreground, until SIGTERM.',
      options: runOptions,
      settings,
    },
    {
      name: 'join',
      purpose: 'Makes this machine an agent, or joins and upgrades it again, by the installer of the gateway.',
      details: [
        'It does the same as the command line of the portal, which machines use that have no agent yet. What is not given is taken from the settings, so an installed agent needs no option for an upgrade, and only --token after an eviction.',
      ],
      options: [
        { name: 'url', value: 'https', text: 'address of the enrolment listener' },
        { name: 'ca', value: 'sha256', text: "SHA-256 of the CA's certificate" },
        { name: 'token', value: 'token', text: 'enrolment token, from the portal' },
        { name: 'name', value: 'name', text: 'unique name of the agent' },
        { name: 'region', value: 'region', text: 'where it is' },
        { name: 'provider', value: 'provider', text: 'operator of its network' },
        {
          name: 'allow',
          value: 'ranges',
          text: 'ranges that it may probe, separated by spaces, for a new policy file',
        },
        { name: 'root', value: 'folder', text: 'installs only below this folder: no packages, no service' },
        { name: 'yes', text: 'skips the confirmation' },
      ],
      settings,
      examples: ['icmpmon-agent join --yes', 'icmpmon-agent join --token TOKEN'],
    },
    {
      name: 'doctor',
      purpose:
        'Checks everything that the agent needs, and prints the command that fixes what is wrong. Changes nothing.',
      details: ['It checks with the permissions of the user who runs it.'],
      options: [{ name: 'json', text: 'prints the findings as JSON' }],
      settings,
      exits: { 0: 'no fault; there may be warnings', 1: 'at least one fault' },
    },
    { name: 'version', purpose: 'Prints the versions of agent and Node.' },
    {
      name: 'policy',
      purpose: 'Works on policy files.',
      commands: [
        {
          name: 'check',
          purpose: 'Lists all problems of a policy file.',
          arguments: [{ name: 'file', text: 'policy file (default: that of the settings)', optional: true }],
          exits: { 0: 'an agent accepts the file', 1: 'the problems are printed' },
        },
      ],
    },
    { name: 'free-port', purpose: 'Prints a free port on loopback, for the installer.', hidden: true },
    {
      name: 'await-first-result',
      purpose: 'Waits for the first result of the agent with this name and port, for the installer.',
      arguments: [
        { name: 'name', text: 'name of the agent' },
        { name: 'port', text: 'port of its ops server' },
      ],
      exits: { 2: 'the agent does not answer' },
      hidden: true,
    },
  ],
};
