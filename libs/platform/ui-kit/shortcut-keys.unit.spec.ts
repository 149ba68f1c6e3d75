import { describe, expect, it } from 'vitest';
import { type KeyPress, KeySequence } from './shortcut-keys';

const plain = (key: string): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  typing: false,
});

describe('KeySequence', () => {
  it('returns single keys immediately, and joins a starter with the next key', () => {
    const keys = new KeySequence(['g']);
    expect(keys.press(plain('j'), 0)).toBe('j');
    expect(keys.press(plain('g'), 10)).toBeNull();
    expect(keys.press(plain('t'), 400)).toBe('g t');
    expect(keys.press(plain('t'), 500)).toBe('t');
  });

  it('drops a starter after a second', () => {
    const keys = new KeySequence(['g']);
    keys.press(plain('g'), 0);
    expect(keys.press(plain('t'), 1_500)).toBe('t');
  });

  it('ignores typing and Alt', () => {
    const keys = new KeySequence(['g']);
    expect(keys.press({ ...plain('j'), typing: true }, 0)).toBeNull();
    expect(keys.press({ ...plain('k'), altKey: true }, 0)).toBeNull();
  });

  it('names a letter with Ctrl or Meta, also while typing, and leaves those with Shift or Alt to the browser', () => {
    const keys = new KeySequence(['g']);
    expect(keys.press({ ...plain('k'), ctrlKey: true }, 0)).toBe('Ctrl+K');
    expect(keys.press({ ...plain('k'), metaKey: true, typing: true }, 0)).toBe('Ctrl+K');
    expect(keys.press({ ...plain('K'), ctrlKey: true, shiftKey: true }, 0)).toBeNull();
    expect(keys.press({ ...plain('k'), ctrlKey: true, altKey: true }, 0)).toBeNull();
    expect(keys.press({ ...plain('Control'), ctrlKey: true }, 0)).toBeNull();
  });
});
