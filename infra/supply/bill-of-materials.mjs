/** Packages that npm installs for developing, and that the portal's bundle ships all the same. */
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

/** Every package that is shipped, with version, checksum, licence and what it needs; no time and no number of its own. */
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

/** Production packages, and those that the portal's bundle takes with all that they need. */
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

const isForDeveloping = ({ dev, devOptional, link }) => Boolean(dev || devOptional || link);

/** Where each dependency is installed: beside the package itself, or in the nearest folder above. */
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

function referencesOf(path, packages, shipped) {
  const references = neededBy(path, packages)
    .filter((needed) => shipped.has(needed))
    .map((needed) => referenceOf(needed, packages[needed]));
  return [...new Set(references)].sort(compare);
}

/** An alias is installed under another name than it has. */
const nameOf = (path, entry) => entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** A package URL: the scope's @ is the one character of npm names that has to be encoded. */
const referenceOf = (path, entry) => `pkg:npm/${nameOf(path, entry).replace('@', '%40')}@${entry.version}`;

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

/** `sha512-<base64>` of the lockfile. */
function hashOf(integrity) {
  const [algorithm, digest] = integrity.split(' ')[0].split(/-(.*)/s);
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(digest, 'base64').toString('hex'),
  };
}

const licensesOf = (license) => (/[ (]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }]);

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byReference = (a, b) => compare(a['bom-ref'], b['bom-ref']);

/** The same package may be installed in several places. */
function unique(sorted, key = 'bom-ref') {
  return sorted.filter((entry, index) => index === 0 || entry[key] !== sorted[index - 1][key]);
}
