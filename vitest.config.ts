import path from 'node:path';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { LongFirst } from './libs/platform/workspace/long-first.mjs';
import { compileDecorators, usesDecorators } from './libs/platform/workspace/typescript-decorators.mjs';

const root = import.meta.dirname;

const decorators: Plugin = {
  name: 'typescript-decorators',
  enforce: 'pre',
  transform(source, id) {
    const file = id.split('?')[0] ?? id;
    if (!file.endsWith('.ts') || file.includes('node_modules') || !usesDecorators(source)) return null;
    return compileDecorators(source, file);
  },
};

const textFiles: Plugin = {
  name: 'text-files',
  enforce: 'pre',
  transform(source, id) {
    if (!id.endsWith('.yaml') && !id.endsWith('.sql')) return null;
    return { code: `export default ${JSON.stringify(source)};`, map: null };
  },
};

const shared = {
  plugins: [decorators, textFiles],
  resolve: {
    alias: [
      { find: /^@icmp-mon\/(e2e|infra)\/testing$/, replacement: path.join(root, '$1/testing/index.ts') },
      { find: /^@icmp-mon\/([\w/-]+)\/testing$/, replacement: path.join(root, 'libs/$1/testing/index.ts') },
      {
        find: /^@icmp-mon\/([\w-]+)\/([\w-]+)\/(api|cli|worker|projector)$/,
        replacement: path.join(root, 'libs/$1/$2/modules/$3.module.ts'),
      },
      { find: /^@icmp-mon\/platform\/([\w-]+)$/, replacement: path.join(root, 'libs/platform/$1/index.ts') },
      { find: /^@icmp-mon\/shard\/([\w/-]+)$/, replacement: path.join(root, 'libs/shard/$1/index.ts') },
      { find: /^@icmp-mon\/migrations$/, replacement: path.join(root, 'migrations/index.ts') },
      {
        find: /^@icmp-mon\/([\w-]+)\/(contract|server|ui|look|agent|wire)$/,
        replacement: path.join(root, 'libs/$1/$2/index.ts'),
      },
    ],
  },
};

const places = ['libs', 'apps', 'migrations', 'infra', 'bench', 'faults', 'e2e'];
const specs = (level: string): string[] => places.map((place) => `${place}/**/*.${level}.spec.ts`);

// A failure has its own message; set ICMPMON_LOG_LEVEL=info to see the log lines of the tested code.
const env = { ICMPMON_LOG_LEVEL: process.env['ICMPMON_LOG_LEVEL'] ?? 'silent' };

export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: specs('unit'),
          environment: 'node',
          testTimeout: 30_000,
          // Most of the time of a unit test is the loading of modules: files of one worker share them.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          env,
        },
      },
      {
        ...shared,
        test: {
          name: 'int',
          include: specs('int'),
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // More than cores: these tests wait for services and events half of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          env,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: specs('e2e'),
          environment: 'node',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Each file has a product of its own, and waits for it half of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          env,
        },
      },
    ],
  },
});
