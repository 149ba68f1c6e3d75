import { type CommandOrder, type CommandReport, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import { isCleanText } from '@icmp-mon/platform/text';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeskFixture, IP } from './desk.test-fixture';

const WITHIN = { timeout: 10_000, interval: 5 };
let of: DeskFixture;

beforeEach(() => {
  of = new DeskFixture();
});
afterEach(() => of.remove());

const reported = async (id: string): Promise<CommandReport | undefined> => {
  await expect.poll(() => of.reportOf(id), WITHIN).toBeDefined();
  return of.reportOf(id);
};

describe('an order', () => {
  it.each<[string, Partial<CommandOrder>, string, string?]>([
    ['a kind that the of.policy file does not list', {}, 'refused', 'commands: [http]'],
    ['any while all is stopped', {}, 'refused', 'stopped: true'],
    ['a denied address', {}, 'refused', `deny: [${IP}/32]`],
    ['an address that is not allowed', {}, 'refused', 'allow: [198.51.100.0/24]'],
    ['a port', { kind: 'tcp_connect', parameters: { port: 22 } }, 'refused', 'ports: {tcp_connect: {deny: [22]}}'],
    ['loopback', { ip: '127.0.0.1' }, 'refused'],
    ['metadata', { ip: '169.254.169.254' }, 'refused'],
    ...['127.1', '0x7f000001', '-f/etc/passwd', '$(id)', `${IP}\n10.0.0.9`, '0.0.0.0/0', '::ffff:192.0.2.1'].map(
      (ip): [string, Partial<CommandOrder>, string] => [JSON.stringify(ip), { ip }, 'refused'],
    ),
    ['a trace that the policy file does not list', { kind: 'mtr', count: 10 }, 'refused', 'commands: [icmp_ping]'],
    ['a trace of too many rounds', { kind: 'mtr', count: 21 }, 'invalid'],
    ['a kind without an executor', { kind: 'dns', parameters: { queryName: 'a', queryType: 'A' } }, 'unsupported'],
    ['an unknown kind', { kind: 'shell' as 'dns' }, 'unsupported'],
    ['a kind named like a property', { kind: 'constructor' as 'dns' }, 'unsupported'],
    ['a long kind that is cut within a character', { kind: `${'x'.repeat(31)}😀` as 'dns' }, 'unsupported'],
    ['no port', { kind: 'tcp_connect' }, 'invalid'],
    ['a million probes', { count: 1_000_000 }, 'invalid'],
    ['half a probe', { count: 1.5 }, 'invalid'],
    ['a long timeout', { timeoutMs: 1e9 }, 'invalid'],
    ['more than fits into its time', { count: 20, expiresInMs: 500 }, 'refused', 'packetsPerSecondPerAddress: 1'],
  ])('of a hostile gateway is refused: %s', async (_what, more, reason, yaml = '{}') => {
    of.policy = yaml;
    of.orderProbe('a', more);
    const report = await reported('a');
    expect(report).toMatchObject({ state: 'failed', reason, attempts: [] });
    expect(isCleanText(report && 'detail' in report ? report.detail : null, REPORT_LIMITS.detailLength)).toBe(true);
    expect(of.slices).toEqual([]);
  });
});
