// A step of npm run verify: no shipped package may run a script when it is installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../paths.mjs';
import { installScriptFaults } from './install-scripts.mjs';

const faults = installScriptFaults(JSON.parse(readFileSync(join(rootDir, 'package-lock.json'), 'utf8')));
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
