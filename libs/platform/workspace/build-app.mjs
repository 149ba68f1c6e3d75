// Bundles one server app: `node libs/platform/workspace/build-app.mjs <app>` writes dist/apps/<app>/main.js (ESM).
// A tool (bench, faults) has its own folder beside apps/: it becomes dist/<tool>/main.js.
// Packages of node_modules stay outside the bundle. The agent alone is bundled whole: it is copied to vantage points.
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { compileDecorators, usesDecorators } from './typescript-decorators.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const app = process.argv[2];
if (!app) {
  console.error(
    'Say which app to build: node libs/platform/workspace/build-app.mjs <agent|gateway|api|projector|worker>',
  );
  process.exit(2);
}

const decorators = {
  name: 'typescript-decorators',
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      if (file.includes('node_modules')) return undefined;
      const source = await readFile(file, 'utf8');
      if (!usesDecorators(source)) return undefined;
      const { code, map } = compileDecorators(source, file);
      const inline = Buffer.from(map).toString('base64');
      return { contents: `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}`, loader: 'js' };
    });
  },
};

// The scripts of infra/ find the workspace by where they are: a tool calls them there.
const scripts = {
  name: 'scripts',
  setup(builder) {
    builder.onResolve({ filter: /^\.\.\/[\w-]+\.mjs$/ }, ({ path: imported, resolveDir }) => {
      const file = path.resolve(resolveDir, imported);
      if (path.dirname(file) !== path.join(root, 'infra')) return undefined;
      return { path: path.relative(path.join(root, 'dist', folder), file), external: true };
    });
  },
};

const folder = existsSync(path.join(root, app, 'main.ts')) ? app : path.join('apps', app);
const outdir = path.join(root, 'dist', folder);
await rm(outdir, { recursive: true, force: true });
const bundlesPackages = app === 'agent';
// ICMPMON_BUILD_VERSION stamps a build as another version, to try how versions get on with each other.
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
const stampedVersion = process.env.ICMPMON_BUILD_VERSION ?? version;
await build({
  absWorkingDir: root,
  entryPoints: [path.join(root, folder, 'main.ts')],
  outfile: path.join(outdir, 'main.js'),
  tsconfig: path.join(root, 'tsconfig.base.json'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  packages: bundlesPackages ? 'bundle' : 'external',
  // CommonJS packages inside an ESM bundle still call require().
  banner: bundlesPackages
    ? {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      }
    : {},
  loader: { '.yaml': 'text', '.sql': 'text' },
  define: { ICMPMON_VERSION: JSON.stringify(stampedVersion) },
  sourcemap: true,
  keepNames: true,
  logLevel: 'warning',
  plugins: [decorators, scripts],
});
