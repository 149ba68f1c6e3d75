import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeOf, messageOf } from './error-text.mjs';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a thrown value', () => {
  it('has the code of a system call', () => {
    expect(codeOf(thrownBy(() => readFileSync('/no/such/file')))).toBe('ENOENT');
  });

  it.each([[new Error('no code')], ['a text'], [undefined], [null], [{ code: 7 }]])(
    'has no code when it is %s',
    (thrown) => {
      expect(codeOf(thrown)).toBe('');
    },
  );

  it('always has a message', () => {
    expect(messageOf(new Error('a message'))).toBe('a message');
    expect(messageOf('a text')).toBe('a text');
    expect(messageOf(undefined)).toBe('undefined');
  });
});
