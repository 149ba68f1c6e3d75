import { expect, it } from 'vitest';
import { overdueText } from './overdue';

const command = {
  id: 'c',
  requestedAt: '2026-11-22T10:00:00.000Z',
  expiresAt: '2026-11-22T10:00:30.000Z',
  endedAt: null,
};

it('a command that expired a minute ago without an end is not waited for any longer', () => {
  expect(overdueText(command, 89_000)).toBeNull();
  expect(overdueText(command, 91_000)).toContain(
    'its worker does not run. See Health, and later: icmpmon commands show c',
  );
  expect(overdueText({ ...command, endedAt: command.expiresAt }, 91_000)).toBeNull();
});
