import { expect, it } from 'vitest';
import { signInFaultText } from './sign-in-fault';

it('a fault of a sign-in is explained, and another text is never shown', () => {
  expect(signInFaultText('no-role')).toContain('Ask an administrator');
  for (const other of [undefined, '', 'constructor', '<b>call this number</b>'])
    expect(signInFaultText(other)).toBeNull();
});
