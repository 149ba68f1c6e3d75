/** Apps whose bundle is a program of its own name. @type {Readonly<Record<string, string>>} */
const PROGRAMS = { client: 'icmpmon.mjs' };

/**
 * Returns the name of the file that the build of an app writes in its folder of dist.
 * @param {string} app
 */
export const bundleName = (app) => PROGRAMS[app] ?? 'main.js';

/**
 * Returns whether the bundle is run by its name.
 * @param {string} app
 */
export const isProgram = (app) => Object.hasOwn(PROGRAMS, app);
