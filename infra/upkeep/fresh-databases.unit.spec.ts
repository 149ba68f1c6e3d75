import { expect, it, vi } from 'vitest';

const statements: string[] = [];
vi.mock('./database-server.mjs', async (original) => ({
  ...(await original<object>()),
  query: async (_url: string, text: string) => {
    statements.push(text);
    return [];
  },
}));

it("creates empty databases even when the server's template has the extension, as in TimescaleDB's image", async () => {
  const { freshDatabases } = await import('./fresh-databases.mjs');
  await freshDatabases(['postgres://h/a', 'postgres://h/b']);
  const made = statements.filter((text) => text.startsWith('CREATE DATABASE'));
  expect(made).toEqual([
    'CREATE DATABASE "restoring_a" TEMPLATE template0',
    'CREATE DATABASE "restoring_b" TEMPLATE template0',
  ]);
});
