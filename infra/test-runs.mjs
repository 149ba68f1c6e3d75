import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testDir } from './paths.mjs';
import { readJson } from './private-file.mjs';
import { isAlive } from './process-identity.mjs';
import { endRecorded, readState } from './supervisor.mjs';

/** Ends and removes what killed test runs left behind; leaves running ones alone. */
export async function endAbandonedRuns(dir = testDir) {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    const runDir = join(dir, name);
    const state = readState(join(runDir, 'supervisor.json'));
    // A test may kill its product's supervisor and continue.
    if (!state || state.running || isAlive(readJson(join(runDir, 'owner.json')))) continue;
    await endRecorded(join(runDir, 'supervisor.json'));
    rmSync(runDir, { recursive: true, force: true });
  }
}
