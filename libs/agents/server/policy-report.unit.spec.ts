import { DomainError } from '@icmp-mon/platform/errors';
import { describe, expect, it } from 'vitest';
import { readPolicyReport } from './policy-report';

const OLD = { allow: null, deny: ['224.0.0.0/4'], stopped: false, packetsPerSecond: 100, refusedKeys: [] };
const NEW = {
  ...OLD,
  packetsPerSecondPerAddress: 10,
  ports: { tcp_connect: { allow: ['443', '8000-8999'], deny: [] } },
  httpHosts: { allow: null, deny: ['*.example.org'] },
  commands: ['icmp_ping'],
  isCut: true,
};

describe("the report of an agent's policy file", () => {
  it('is parsed into the fields of the contract, with or without those of newer agents', () => {
    expect(readPolicyReport(OLD)).toEqual(OLD);
    expect(readPolicyReport({ ...NEW, later: 1 })).toEqual(NEW);
    expect(readPolicyReport({ ...NEW, commands: null })).toMatchObject({ commands: null });
    const later = { ...NEW, commands: ['later_kind'], ports: { later_type: { allow: [], deny: [] } } };
    expect(readPolicyReport(later)).toEqual(later);
  });

  it.each([
    ['ports', { tcp_connect: { allow: ['$(id)'], deny: [] } }],
    ['ports', { 'tcp connect': { allow: [], deny: [] } }],
    ['ports', { tcp_connect: { allow: [] } }],
    ['ports', null],
    ['httpHosts', { allow: ['a b'], deny: [] }],
    ['httpHosts', { allow: null, deny: Array(1_001).fill('a') }],
    ['commands', ['Shell;']],
    ['commands', 'all'],
    ['isCut', 'yes'],
    ['packetsPerSecondPerAddress', 0],
  ])('is refused with a wrong %s: %j', (field, value) => {
    const refusal = (): unknown => {
      try {
        return readPolicyReport({ ...NEW, [field]: value });
      } catch (error) {
        return error instanceof DomainError ? error.errors : error;
      }
    };
    expect(refusal()).toMatchObject([{ pointer: `#/${field}` }]);
  });
});
