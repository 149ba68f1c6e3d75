import { describe, expect, it } from 'vitest';
import { readMtrVersion } from './find-mtr';
import { exitFailure, startFailure } from './mtr-failure';

describe('a failure of mtr', () => {
  const failed = (stderr: string, target = '192.0.2.9') => exitFailure('/usr/bin/mtr', target, stderr, 'exit code 1');

  it('names what to do', () => {
    const noSocket =
      'mtr-packet: Failure to open IPv4 sockets: Permission denied\nmtr: Failure to start mtr-packet: Invalid argument\n';
    expect(failed(noSocket)).toMatchObject({
      reason: 'not_permitted',
      detail: expect.stringContaining('setcap cap_net_raw+ep /usr/bin/mtr-packet'),
    });
    expect(failed('mtr: Failure to start mtr-packet: Invalid argument')).toMatchObject({ reason: 'missing' });
    const noRoute = 'mtr: udp socket connect failed: Network is unreachable';
    expect(failed(noRoute)).toMatchObject({
      reason: 'unreachable',
      detail: expect.stringContaining('ip route get 192.0.2.9'),
    });
    const noAddress = 'mtr: udp socket connect failed: Cannot assign requested address';
    expect(failed(noAddress, '2001:db8::9').reason).toBe('family_unavailable');
    expect(failed(noAddress).reason).toBe('unreachable');
    expect(failed('mtr: Unexpected mtr-packet error')).toEqual({
      reason: 'failed',
      detail: 'mtr failed: exit code 1; mtr: Unexpected mtr-packet error',
    });
  });

  it.each([
    'mtr: Permission denied\n',
    '/usr/bin/mtr: Permission denied\n',
    '/usr/bin/mtr: mtr-packet reported permission denied while sending a probe\n',
    '/usr/bin/mtr: udp socket connect failed: Permission denied\n',
  ])('because of a firewall or a route of this machine is not taken for a missing capability: %j', (stderr) => {
    const { reason, detail } = failed(stderr);
    expect(reason).toBe('not_permitted');
    expect(detail).toContain('nft list ruleset; ip route get 192.0.2.9');
    expect(detail).not.toContain('setcap');
  });

  it('is one line of limited length', () => {
    const { detail } = failed(`\u001b[31m${'x\n'.repeat(500)}`);
    expect(detail).toMatch(/^[\x20-\x7e]{1,300}$/);
  });

  it('distinguishes a missing program from one that may not be started', () => {
    const failure = (code: string) =>
      startFailure('/usr/bin/mtr', Object.assign(new Error(`spawn ${code}`), { code })).reason;
    expect([failure('ENOENT'), failure('EACCES'), failure('EMFILE')]).toEqual(['missing', 'not_permitted', 'failed']);
  });
});

describe('a version of mtr', () => {
  it.each([
    ['mtr 0.95', { kind: 'usable', text: '0.95' }],
    ['mtr 0.96-11-g826ffa9', { kind: 'usable', text: '0.96' }],
    ['mtr 1.0', { kind: 'usable', text: '1.0' }],
    ['mtr 0.93', { kind: 'unsupported', detail: 'it has version 0.93' }],
    ['traceroute 2.1', { kind: 'unsupported', detail: 'it reports no version of mtr but "traceroute 2.1"' }],
  ])('%s', (output, expected) => {
    expect(readMtrVersion(`${output}\n`)).toEqual(expected);
  });
});
