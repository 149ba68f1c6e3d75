import '@angular/compiler';
import type { AgentPolicy } from '@icmp-mon/agents/contract';
import { expect, it } from 'vitest';
import { policyRows, refusalText } from './policy-rows';

const OPEN: AgentPolicy = {
  ...{ allow: null, deny: ['224.0.0.0/4', '127.0.0.0/8'], stopped: false, packetsPerSecond: 10_000 },
  ...{ packetsPerSecondPerAddress: 10, ports: {}, httpHosts: { allow: null, deny: [] }, commands: null },
};

const textsOf = (policy: AgentPolicy): Record<string, string> =>
  Object.fromEntries(
    policyRows(policy).map(({ field, text, entries }) => [field, [text, ...entries].join(' ').trim()]),
  );

it('a policy that restricts nothing states what holds for each field', () => {
  expect(textsOf(OPEN)).toEqual({
    stopped: 'off',
    allow: 'every address that is not denied',
    deny: 'and what no file can allow: 127.0.0.0/8',
    'ports.tcp_connect': 'every port',
    'ports.http': 'every port',
    'ports.dns': 'every port',
    httpHosts: 'every name',
    commands: 'every kind of probe',
    packetsPerSecond: '10,000',
    packetsPerSecondPerAddress: '10',
  });
  expect(textsOf({ ...OPEN, deny: ['224.0.0.0/4'] })['deny']).toBe('only what no file can allow');
});

it('restrictions are listed, and the off switch and an empty list of addresses stand out', () => {
  const texts = textsOf({
    ...OPEN,
    ...{ allow: ['10.0.0.0/8'], stopped: true, commands: ['mtr'] },
    ports: { tcp_connect: { allow: ['443', '8000-8999'], deny: ['8080'] }, dns: { allow: [], deny: [] } },
    httpHosts: { allow: null, deny: ['*.internal'] },
  });
  expect(texts).toMatchObject({
    stopped: 'on: no target is probed',
    allow: '10.0.0.0/8',
    'ports.tcp_connect': '443 8000-8999 not 8080',
    'ports.http': 'every port',
    'ports.dns': 'no port',
    httpHosts: 'every name, not *.internal',
    commands: 'mtr',
  });
  const alerts = policyRows({ ...OPEN, allow: [], stopped: true, commands: [] }).filter(({ isAlert }) => isAlert);
  expect(alerts.map(({ field }) => field)).toEqual(['stopped', 'allow']);
});

it('a report of an older agent states what it lacks', () => {
  const { allow, deny, stopped, packetsPerSecond } = OPEN;
  const texts = textsOf({ allow, deny, stopped, packetsPerSecond });
  const lacking = 'not reported by this version of the agent';
  expect(texts).toMatchObject({
    'ports.dns': lacking,
    httpHosts: lacking,
    commands: lacking,
    packetsPerSecondPerAddress: lacking,
  });
});

it('a reason of a newer agent is shown as it is', () => {
  expect(refusalText('port_refused')).toBe('The port of their check is refused');
  expect(refusalText('too_large')).toBe('too large');
});
