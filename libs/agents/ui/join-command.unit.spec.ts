import { describe, expect, it } from 'vitest';
import { certificateText } from './certificate-text';
import { joinCommand } from './join-command';

describe('joinCommand', () => {
  it('can be pasted, whatever the token contains', () => {
    const command = joinCommand({
      id: '1',
      token: "it's; rm -rf ~",
      expiresAt: '2026-03-01T12:00:00.000Z',
      uses: 1,
      caSha256: 'ab',
      enrolUrl: 'https://127.0.0.1:8444',
    });
    expect(command).toContain(`ICMPMON_AGENT_ENROL_TOKEN='it'\\''s; rm -rf ~'`);
    expect(command).toContain("ICMPMON_AGENT_ENROL_URL='https://127.0.0.1:8444'");
    expect(
      command
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith(' \\')),
    ).toBe(true);
  });
});

describe('certificateText', () => {
  const now = Date.parse('2026-03-01T12:00:00.000Z');
  it.each([
    ['2026-05-20T12:00:01.000Z', '80 days'],
    ['2026-03-02T12:30:00.000Z', '1 day'],
    ['2026-03-01T18:00:00.000Z', 'expires today'],
    ['2026-03-01T11:59:59.000Z', 'expired'],
  ])('%s: %s', (notAfter, text) => {
    expect(certificateText(notAfter, now)).toBe(text);
  });
});
