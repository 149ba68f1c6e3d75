import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDir = dirname(dirname(fileURLToPath(import.meta.url)));

const ignoredDir = join(rootDir, '.icmp-mon');

/** State folder of the installation. A second installation, such as a test's, sets a folder of its own. */
export const stateDir = process.env.ICMPMON_STATE_DIR ? resolve(process.env.ICMPMON_STATE_DIR) : ignoredDir;

/** Programs that were downloaded for this machine; shared by the product, development and test instances. */
export const runtimeDir = join(ignoredDir, 'runtime');

/** Background services for development, separate from the product's. */
export const devDir = join(ignoredDir, 'dev');

/** Parent folder of test runs: each has its own services and data in a subfolder. */
export const testDir = join(ignoredDir, 'test');

/** Node that runs the product: the locked version from node_modules, not the machine's. */
export const nodeBinary = join(rootDir, 'node_modules', '.bin', 'node');

/** Built apps. A folder set by ICMPMON_DIST_DIR is used as it is and never built into. */
export const distDir = process.env.ICMPMON_DIST_DIR ? resolve(process.env.ICMPMON_DIST_DIR) : join(rootDir, 'dist');
export const distIsGiven = Boolean(process.env.ICMPMON_DIST_DIR);
