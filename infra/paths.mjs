import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDir = dirname(dirname(fileURLToPath(import.meta.url)));

const ignoredDir = join(rootDir, '.icmp-mon');

/** What an installation keeps; a second one beside the first (a test's, say) names a folder of its own. */
export const stateDir = process.env.ICMPMON_STATE_DIR ? resolve(process.env.ICMPMON_STATE_DIR) : ignoredDir;

/** Programs that were fetched for this machine; shared by the product, development and test instances. */
export const runtimeDir = join(ignoredDir, 'runtime');

/** Background services for developing, apart from the product's own. */
export const devDir = join(ignoredDir, 'dev');

/** Each run of the tests has its own services and data in a folder below. */
export const testDir = join(ignoredDir, 'test');

/** The Node that runs the product: the locked one from node_modules, not the machine's. */
export const nodeBinary = join(rootDir, 'node_modules', '.bin', 'node');

/** Built apps; given from outside they are run as they are and never built here. */
export const distDir = process.env.ICMPMON_DIST_DIR ? resolve(process.env.ICMPMON_DIST_DIR) : join(rootDir, 'dist');
export const distIsGiven = Boolean(process.env.ICMPMON_DIST_DIR);
