import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything the two commands write, except node_modules and dist, lies below this one ignored folder. */
export const stateDir = join(rootDir, '.icmp-mon');

/** Programs that were fetched for this machine; shared by the product, development and test instances. */
export const runtimeDir = join(stateDir, 'runtime');

/** Background services for developing, apart from the product's own. */
export const devDir = join(stateDir, 'dev');

/** The Node that runs the product: the locked one from node_modules, not the machine's. */
export const nodeBinary = join(rootDir, 'node_modules', '.bin', 'node');
