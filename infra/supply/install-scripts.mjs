/**
 * Shipped packages with an install script, and the reason for which each is accepted. npm runs none here (`.npmrc`), but other
 * installers would.
 * @type {Record<string, string>}
 */
export const acceptedInstallScripts = {
  'node_modules/msgpackr-extract':
    'builds an optional addon of msgpackr (used by BullMQ); makes no network request, and is not needed',
};

/**
 * Returns one message per production package with an install script that is not accepted, and per accepted one that no longer has a script.
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
      .map((path) => `${path} no longer has an install script: remove it from infra/supply/install-scripts.mjs.`),
  ];
}
