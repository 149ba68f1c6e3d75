import { describe, expect, it } from 'vitest';
import { allowsTraces } from './local-policy';
import { parsePolicy, policyProblems } from './parse-policy';

describe('the policy file', () => {
  it.each([
    ['', true],
    ['commands: [mtr]', true],
    ['commands: []', false],
    ['commands: [icmp_ping]', false],
    ['traces: false', false],
    ['commands: []\ntraces: true', true],
    ['traces: true\nstopped: true', false],
  ])('has a switch for automatic traces; without it, "commands" decides: %j', (text, allowed) => {
    const policy = parsePolicy(text === '' ? '{}' : text);
    expect([allowsTraces(policy), policy.traceNames]).toEqual([allowed, true]);
  });

  it('has a switch for the names of hops', () => {
    expect(parsePolicy('traceNames: false').traceNames).toBe(false);
    expect(policyProblems('traceNames: maybe\ntraces: 1')).toEqual([
      'traces must be true or false',
      'traceNames must be true or false',
    ]);
  });
});
