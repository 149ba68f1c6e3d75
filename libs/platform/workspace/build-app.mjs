// Bundles one app: `node libs/platform/workspace/build-app.mjs <app>` writes dist/apps/<app>/main.js (ESM), of the client icmpmon.mjs.
// A tool (bench, faults) becomes dist/<tool>/main.js.
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { bundleOf } from './bundle.mjs';
import { isProgram } from './bundle-name.mjs';

const app = process.argv[2];
if (!app) {
  console.error(
    'Name the app to build: node libs/platform/workspace/build-app.mjs <agent|gateway|api|projector|worker|cli|client>',
  );
  process.exit(2);
}

const bundle = bundleOf(app);
await rm(path.dirname(bundle.outfile), { recursive: true, force: true });
await build(bundle);
if (isProgram(app)) await chmod(bundle.outfile, 0o755);
