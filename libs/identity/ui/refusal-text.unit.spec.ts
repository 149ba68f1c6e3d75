import { expect, it } from 'vitest';
import { refusalText } from './refusal-text';

const NAMES = { currentPassword: 'The current password' };

it('names the invalid field', () => {
  const problem = {
    status: 400,
    title: 'T',
    detail: 'D',
    fields: { currentPassword: 'is wrong' },
    pointers: {},
    more: {},
  };
  expect(refusalText(problem, NAMES)).toBe('The current password is wrong.');
});

it("returns the server's title and detail otherwise", () => {
  expect(
    refusalText(
      { status: 429, title: 'Too many requests', detail: 'Wait.', fields: {}, pointers: {}, more: {} },
      NAMES,
    ),
  ).toBe('Too many requests. Wait.');
});
