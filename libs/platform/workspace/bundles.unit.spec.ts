import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, vi } from 'vitest';
import { bundleOf } from './bundle.mjs';

const ROOT = path.join(import.meta.dirname, '../../..');
/** Packages that only processes with HTTP routes need. */
const HTTP_PACKAGES = [
  '@bull-board/express',
  '@nestjs/cqrs',
  '@nestjs/platform-express',
  '@nestjs/swagger',
  '@nestjs/throttler',
  'class-transformer',
  'class-validator',
  'cookie-parser',
  'express',
  'helmet',
];

// Compiling a whole app takes long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** Names of the packages that the app imports when it starts. */
async function packagesOf(app: string): Promise<string[]> {
  const options = { ...bundleOf(app), sourcemap: false, write: false, metafile: true } as const;
  const { metafile } = await build(options);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return imports.map(({ path: name }) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/'),
  );
}

describe('packages of HTTP', () => {
  it('are the packages that the routes of the api import', () => {
    const files = globSync(['libs/platform/{http,queue-board}/**/*.ts', 'libs/*/server/**/*.ts'], { cwd: ROOT });
    const sources = files.map((file) => readFileSync(path.join(ROOT, file), 'utf8')).join('\n');
    expect(HTTP_PACKAGES.filter((name) => !sources.includes(`from '${name}'`))).toEqual([]);
  });

  it.each(['worker', 'projector'])('are not imported by the %s, which has no routes', async (app) => {
    const packages = await packagesOf(app);
    expect(packages).toContain('@nestjs/core');
    expect(HTTP_PACKAGES.filter((name) => packages.includes(name))).toEqual([]);
  });
});
