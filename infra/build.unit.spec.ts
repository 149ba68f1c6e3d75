import { describe, expect, it } from 'vitest';
import { buildables, sourceHashes } from './build.mjs';

describe('a build', () => {
  const paths: string[] = sourceHashes().map(([path]: string[]) => path);

  it.each(['docs/asyncapi.yaml', 'docs/schemas/target.registered.v1.json'])(
    'is repeated when %s changes, which the servers bundle',
    (path) => {
      expect(paths).toContain(path);
      const builtAgain = buildables().filter(({ isSource }) => isSource(path));
      expect(builtAgain.map(({ name }) => name).sort()).toEqual([
        'agent',
        'api',
        'cli',
        'client',
        'gateway',
        'projector',
        'worker',
      ]);
    },
  );

  it('is not repeated when a document changes that nothing bundles', () => {
    expect(paths.filter((path) => path.endsWith('.md') && path.startsWith('docs/'))).toEqual([]);
  });
});
