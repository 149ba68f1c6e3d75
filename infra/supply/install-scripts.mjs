/**
 * Shipped packages that bring an install script, and why that is accepted. npm runs none (`.npmrc`), but who installs
 * otherwise would run them.
 * @type {Record<string, string>}
 */
export const acceptedInstallScripts = {
  'node_modules/msgpackr-extract':
    'builds an optional addon of msgpackr (by BullMQ); reaches nothing, and is not needed',
};

/**
 * Paths of production packages with an install script that is not in the list, and listed ones that no longer exist.
 * @param {{ packages: import('./bill-of-materials.mjs').Packages }} lock
 */
export function installScriptFaults({ packages }, accepted = acceptedInstallScripts) {
  const withScript = Object.entries(packages)
    .filter(([path, entry]) => path !== '' && entry.hasInstallScript && !entry.dev && !entry.devOptional)
    .map(([path]) => path);
  return [
    ...withScript
      .filter((path) => !Object.hasOwn(accepted, path))
      .map(
        (path) =>
          `${path} is shipped and has an install script. Replace it, or accept it with the reason in infra/supply/install-scripts.mjs.`,
      ),
    ...Object.keys(accepted)
      .filter((path) => !withScript.includes(path))
      .map((path) => `${path} has no install script any more: remove it from infra/supply/install-scripts.mjs.`),
  ];
}
