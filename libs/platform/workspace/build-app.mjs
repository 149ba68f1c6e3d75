// Bundles one server app: `node libs/platform/workspace/build-app.mjs <app>` writes dist/apps/<app>/main.js (ESM).
// A tool (bench, faults) becomes dist/<tool>/main.js.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { bundleOf } from './bundle.mjs';

const app = process.argv[2];
if (!app) {
  console.error(
    'Name the app to build: node libs/platform/workspace/build-app.mjs <agent|gateway|api|projector|worker>',
  );
  process.exit(2);
}

const bundle = bundleOf(app);
await rm(path.dirname(bundle.outfile), { recursive: true, force: true });
await build(bundle);
