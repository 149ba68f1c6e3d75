import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '@icmp-mon/identity/contract';
import { expect, it } from 'vitest';

const DOCUMENT = path.join(import.meta.dirname, '../../../docs/how-to/accounts.md');

it('the documented permissions of the roles are those of the contract', () => {
  const rows = readFileSync(DOCUMENT, 'utf8').match(/^\| `[a-z]+:[a-z]+`.*$/gm) ?? [];
  const documented = rows.map((row) =>
    row
      .split('|')
      .slice(1, 2 + ROLES.length)
      .map((cell) => cell.trim()),
  );
  const expected = PERMISSIONS.map((permission) => [
    `\`${permission}\``,
    ...ROLES.map((role) => (ROLE_PERMISSIONS[role].includes(permission) ? 'yes' : '')),
  ]);
  expect(documented).toEqual(expected);
});
