import { describe, expect, it } from 'vitest';
import { TypedAhead } from './typed-ahead';

/** Returns a source of key presses, and how many of them reached the page. */
function given() {
  const listeners = new Set<(event: KeyboardEvent) => void>();
  const source = {
    addEventListener: (_: string, listener: (event: KeyboardEvent) => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: (event: KeyboardEvent) => void) => listeners.delete(listener),
  };
  let reached = 0;
  const press = (key: string, more: Partial<KeyboardEvent> = {}): void => {
    let stopped = false;
    const stopImmediatePropagation = (): void => void (stopped = true);
    const event = { key, preventDefault: () => undefined, stopImmediatePropagation, ...more } as KeyboardEvent;
    for (const listener of listeners) listener(event);
    if (!stopped) reached += 1;
  };
  return { typed: new TypedAhead(source as never), press, reached: () => reached };
}

describe('what is typed while the palette opens', () => {
  it('is kept, and does not reach the page', () => {
    const { typed, press, reached } = given();
    for (const key of ['f', 'x', 'Backspace', 'r', ' ', 'a']) press(key);
    expect([typed.takeText(), reached()]).toEqual(['fr a', 0]);
  });

  it('leaves other keys to the page, and every key once the text was taken', () => {
    const { typed, press, reached } = given();
    press('Tab');
    press('c', { ctrlKey: true });
    expect([typed.takeText(), reached()]).toEqual(['', 2]);
    press('f');
    expect([typed.takeText(), reached()]).toEqual(['', 3]);
  });
});
