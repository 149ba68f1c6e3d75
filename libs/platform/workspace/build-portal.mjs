// Builds the portal, and compresses those of its files that get smaller:  node libs/platform/workspace/build-portal.mjs
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compressFiles } from './compress-files.mjs';

const root = join(import.meta.dirname, '../../..');
const nx = join(root, 'node_modules/nx/dist/bin/nx.js');

const { status } = spawnSync(process.execPath, [nx, 'build', 'portal', '--skip-nx-cache'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await compressFiles(join(root, 'dist/apps/portal/browser'));
