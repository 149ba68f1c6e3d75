import { describe, expect, it } from 'vitest';
import { faultOfError, faultOfStatus } from './http-faults';
import { withoutCredential } from './secret-parameters';
import { SourceFault } from './source-fault';

const SECRET = `s3~${'x'.repeat(80)}!`;
const hide = (text: string): string => withoutCredential(text, SECRET);

describe('a credential that a server repeats', () => {
  it.each([SECRET, encodeURIComponent(SECRET), new URLSearchParams({ token: SECRET }).toString().slice(6)])(
    'is hidden before the answer is shortened: %s',
    (repeated) => {
      const refused = faultOfStatus(403, {}, JSON.stringify({ detail: `Bad token ${repeated} of prometheus` }), hide);
      expect(refused.message).toBe('The server answered 403: Bad token (hidden) of prometheus.');
      const moved = faultOfStatus(302, { location: `https://other.example/${repeated}/list` }, '', hide);
      expect(moved.message).toContain('redirects to https://other.example/(hidden)/list (302)');
    },
  );

  it('is in no text that is logged: neither in the stack nor in a cause', () => {
    const cause = new SyntaxError(`Unexpected token, "${SECRET}" is not valid JSON`);
    const fault = new SourceFault(`The answer is ${SECRET}.`, 'Advice.', { cause }).withTexts(hide);
    expect([fault.message, cause.message].join()).not.toContain(SECRET);
    expect([fault.stack, cause.stack].join()).not.toContain(SECRET);
    expect(fault.stack).toContain('The answer is (hidden).');
  });

  it('does not prevent the fault of a request that took too long', () => {
    const fault = faultOfError(new DOMException('The operation timed out', 'TimeoutError'), 1_000).withTexts(hide);
    expect(fault.message).toBe('The server did not answer within 1 s.');
  });
});
