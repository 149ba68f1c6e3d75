import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootDir } from '../paths.mjs';
import { billOfMaterials, shippedPaths } from './bill-of-materials.mjs';
import { installScriptFaults } from './install-scripts.mjs';

const read = (name: string) => JSON.parse(readFileSync(path.join(rootDir, name), 'utf8'));
const product = { name: 'product', version: '1.2.3', license: 'Apache-2.0' };
const sha = 'sha512-AAEC';
const lock = {
  packages: {
    '': { dependencies: { '@scope/a': '1.0.0' } },
    'node_modules/@scope/a': { version: '1.0.0', integrity: sha, license: 'MIT', dependencies: { b: '^1', c: '1' } },
    'node_modules/@scope/a/node_modules/b': { version: '1.5.0', integrity: sha, license: '(MIT OR Apache-2.0)' },
    'node_modules/b': { version: '2.0.0', dev: true },
    'node_modules/c': { name: 'real-c', version: '1.0.0', hasInstallScript: true },
    'node_modules/echarts': { version: '6.0.0', dev: true, dependencies: { zrender: '6' } },
    'node_modules/zrender': { version: '6.0.0', dev: true },
    'node_modules/vite': { version: '8.0.0', dev: true, hasInstallScript: true },
  },
};

describe('the bill of materials', () => {
  it('lists the shipped packages: production packages, and packages bundled by the portal', () => {
    const { components, dependencies } = billOfMaterials(product, lock);
    expect(components.map(({ purl }: { purl: string }) => purl)).toEqual([
      'pkg:npm/%40scope/a@1.0.0',
      'pkg:npm/b@1.5.0',
      'pkg:npm/echarts@6.0.0',
      'pkg:npm/real-c@1.0.0',
      'pkg:npm/zrender@6.0.0',
    ]);
    expect(components[0]).toMatchObject({
      group: '@scope',
      name: 'a',
      hashes: [{ alg: 'SHA-512', content: '000102' }],
      licenses: [{ license: { id: 'MIT' } }],
    });
    expect(components[1]).toMatchObject({ licenses: [{ expression: '(MIT OR Apache-2.0)' }] });
    expect(dependencies).toContainEqual({
      ref: 'pkg:npm/%40scope/a@1.0.0',
      dependsOn: ['pkg:npm/b@1.5.0', 'pkg:npm/real-c@1.0.0'],
    });
  });

  it('of this product is reproducible, lists every package once, and has its licences', () => {
    const [one, other] = [1, 2].map(() =>
      JSON.stringify(billOfMaterials(read('package.json'), read('package-lock.json'))),
    );
    expect(one).toBe(other);
    const { components, dependencies } = JSON.parse(String(one));
    expect(components.length).toBeGreaterThan(150);
    const references = new Set(components.map((each: { 'bom-ref': string }) => each['bom-ref']));
    expect(references.size).toBe(components.length);
    for (const { dependsOn } of dependencies)
      for (const each of dependsOn) expect(references.has(each), each).toBe(true);
    const names = components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['pg', 'kafkajs', 'echarts', 'material']));
    expect(names).not.toEqual(expect.arrayContaining(['vitest']));
    const unlicensed = components.filter((each: { licenses?: unknown }) => !each.licenses);
    // The licence of these packages (MIT) is in a file of theirs, not in the metadata that npm reads.
    expect(unlicensed.map((each: { name: string }) => each.name)).toEqual(['busboy', 'streamsearch']);
  });
});

describe('install scripts', () => {
  it('of shipped packages are rejected unless accepted; those of tools are ignored', () => {
    expect(installScriptFaults(lock, {})).toEqual([
      expect.stringContaining('node_modules/c is shipped and has an install script'),
    ]);
    expect(installScriptFaults(lock, { 'node_modules/c': 'reason' })).toEqual([]);
    expect(installScriptFaults(lock, { 'node_modules/c': 'reason', 'node_modules/b': 'reason' })).toEqual([
      expect.stringContaining('node_modules/b no longer has an install script'),
    ]);
  });

  it('are only in the accepted packages of this product', () => {
    expect(installScriptFaults(read('package-lock.json'))).toEqual([]);
    const { packages } = read('package-lock.json');
    const tracker = [...shippedPaths(packages)].filter((place) => place.endsWith('/@scarf/scarf'));
    expect(tracker.map((place) => packages[place].name)).toEqual(['tslib']);
  });
});
