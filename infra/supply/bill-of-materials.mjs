/**
 * One package of a lockfile.
 * @typedef {object} PackageEntry
 * @property {string} [version] the product's own entry has none
 * @property {string} [name]
 * @property {string} [license]
 * @property {string} [integrity]
 * @property {boolean} [dev]
 * @property {boolean} [devOptional]
 * @property {boolean} [link]
 * @property {boolean} [optional]
 * @property {boolean} [hasInstallScript]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */
/** @typedef {Record<string, PackageEntry>} Packages by path */
/** @typedef {{ 'bom-ref': string }} Referenced */

/** Packages that are dev dependencies for npm, although the portal's bundle ships them. */
const bundledIntoPortal = [
  '@angular/cdk',
  '@angular/common',
  '@angular/core',
  '@angular/forms',
  '@angular/material',
  '@angular/platform-browser',
  '@angular/router',
  'echarts',
  'ngx-echarts',
];

/**
 * Returns the bill of materials: every shipped package with version, checksum, licence and dependencies. It has no timestamp and no serial number.
 * @param {{ name: string, version: string, license: string }} of
 * @param {{ packages: Packages }} of
 */
export function billOfMaterials({ name, version, license }, { packages }) {
  const shipped = shippedPaths(packages);
  const components = [...shipped].map((path) => componentOf(path, packages[path])).sort(byReference);
  const root = { type: 'application', 'bom-ref': `${name}@${version}`, name, version, licenses: licensesOf(license) };
  const dependencies = [
    { ref: root['bom-ref'], dependsOn: referencesOf('', packages, shipped) },
    ...[...shipped].map((path) => ({
      ref: referenceOf(path, packages[path]),
      dependsOn: referencesOf(path, packages, shipped),
    })),
  ];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: root },
    components: unique(components),
    dependencies: unique(
      dependencies.sort((a, b) => compare(a.ref, b.ref)),
      'ref',
    ),
  };
}

/**
 * Returns the paths of production packages, and of the packages in the portal's bundle with their dependencies.
 * @param {Packages} packages
 */
export function shippedPaths(packages) {
  const shipped = new Set(Object.keys(packages).filter((path) => path !== '' && !isForDeveloping(packages[path])));
  const waiting = bundledIntoPortal.map((name) => `node_modules/${name}`).filter((path) => packages[path]);
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (shipped.has(path)) continue;
    shipped.add(path);
    waiting.push(...neededBy(path, packages));
  }
  return shipped;
}

/** @param {PackageEntry} entry */
const isForDeveloping = ({ dev, devOptional, link }) => Boolean(dev || devOptional || link);

/**
 * Returns where each dependency is installed: in the package's own folder, or in the nearest parent.
 * @param {string} path
 * @param {Packages} packages
 */
function neededBy(path, packages) {
  const { dependencies = {}, optionalDependencies = {} } = packages[path];
  const found = Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => {
    for (let above = path; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
      const candidate = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`;
      if (packages[candidate]) return candidate;
      if (above === '') return undefined;
    }
  });
  return found.filter((candidate) => candidate !== undefined);
}

/**
 * @param {string} path
 * @param {Packages} packages
 * @param {Set<string>} shipped
 */
function referencesOf(path, packages, shipped) {
  const references = neededBy(path, packages)
    .filter((needed) => shipped.has(needed))
    .map((needed) => referenceOf(needed, packages[needed]));
  return [...new Set(references)].sort(compare);
}

/**
 * Returns the package's real name; an alias is installed under another one.
 * @param {string} path
 * @param {PackageEntry} entry
 */
const nameOf = (path, entry) => entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/**
 * Returns the package URL. The @ of a scope is the only character in npm names that must be encoded.
 * @param {string} path
 * @param {PackageEntry} entry
 */
const referenceOf = (path, entry) => `pkg:npm/${nameOf(path, entry).replace('@', '%40')}@${entry.version}`;

/**
 * @param {string} path
 * @param {PackageEntry} entry
 */
function componentOf(path, entry) {
  const [group, name] = nameOf(path, entry).startsWith('@')
    ? nameOf(path, entry).split('/')
    : [undefined, nameOf(path, entry)];
  const reference = referenceOf(path, entry);
  return {
    type: 'library',
    'bom-ref': reference,
    ...(group && { group }),
    name,
    version: entry.version,
    ...(entry.optional && { scope: 'optional' }),
    ...(entry.integrity && { hashes: [hashOf(entry.integrity)] }),
    ...(entry.license && { licenses: licensesOf(entry.license) }),
    purl: reference,
  };
}

/**
 * Decodes `sha512-<base64>` of the lockfile.
 * @param {string} integrity
 */
function hashOf(integrity) {
  const [algorithm, digest] = integrity.split(' ')[0].split(/-(.*)/s);
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(digest, 'base64').toString('hex'),
  };
}

/** @param {string} license */
const licensesOf = (license) => (/[ (]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }]);

/**
 * @param {string} a
 * @param {string} b
 */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
/**
 * @param {Referenced} a
 * @param {Referenced} b
 */
const byReference = (a, b) => compare(a['bom-ref'], b['bom-ref']);

/**
 * Removes duplicates: the same package may be installed in several places.
 * @template {Record<string, unknown>} T
 * @param {T[]} sorted
 */
function unique(sorted, key = 'bom-ref') {
  return sorted.filter((entry, index) => index === 0 || entry[key] !== sorted[index - 1][key]);
}
