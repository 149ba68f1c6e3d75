// Bundles a server app or a tool into one JavaScript file: used by the build and by the test of the packages that apps load.
// Packages of node_modules stay outside the bundle. Agent and client are bundled whole, because they are copied to other machines.
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { bundleName } from './bundle-name.mjs';
import { compileDecorators, usesDecorators } from './typescript-decorators.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/** @type {import('esbuild').Plugin} */
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

/**
 * Keeps imports of scripts in infra/ outside the bundle: they locate the workspace by their own path.
 * @param {string} outdir
 * @returns {import('esbuild').Plugin}
 */
const scripts = (outdir) => ({
  name: 'scripts',
  setup(builder) {
    builder.onResolve({ filter: /^\.\.\/[\w-]+\.mjs$/ }, ({ path: imported, resolveDir }) => {
      const file = path.resolve(resolveDir, imported);
      if (path.dirname(file) !== path.join(root, 'infra')) return undefined;
      return { path: path.relative(outdir, file), external: true };
    });
  },
});

/** The client runs with the Node of a workstation. @type {Readonly<Record<string, string>>} */
const TARGETS = { client: 'node20' };

/**
 * esbuild's options for an app, or for a tool (bench, faults), which has its own folder next to apps/.
 * @param {string} app
 */
export function bundleOf(app) {
  const folder = existsSync(path.join(root, app, 'main.ts')) ? app : path.join('apps', app);
  const outdir = path.join(root, 'dist', folder);
  const isCopied = app === 'client';
  const bundlesPackages = app === 'agent' || isCopied;
  // ICMPMON_BUILD_VERSION stamps a build as another version, to test that versions work together.
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const stampedVersion = process.env['ICMPMON_BUILD_VERSION'] ?? version;
  /** CommonJS packages inside an ESM bundle still call require(). @type {Record<string, string>} */
  const banner = {};
  if (bundlesPackages) {
    banner['js'] =
      "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
  }
  if (isCopied) banner['js'] = `#!/usr/bin/env node\n${banner['js']}`;
  /** @satisfies {import('esbuild').BuildOptions} */
  const options = {
    absWorkingDir: root,
    entryPoints: [path.join(root, folder, 'main.ts')],
    outfile: path.join(outdir, bundleName(app)),
    tsconfig: path.join(root, 'tsconfig.base.json'),
    bundle: true,
    platform: /** @type {const} */ ('node'),
    target: TARGETS[app] ?? 'node24',
    format: /** @type {const} */ ('esm'),
    packages: bundlesPackages ? /** @type {const} */ ('bundle') : /** @type {const} */ ('external'),
    banner,
    loader: { '.yaml': /** @type {const} */ ('text'), '.sql': /** @type {const} */ ('text') },
    define: { ICMPMON_VERSION: JSON.stringify(stampedVersion) },
    sourcemap: !isCopied,
    keepNames: true,
    logLevel: /** @type {const} */ ('warning'),
    plugins: [decorators, scripts(outdir)],
  };
  return options;
}
