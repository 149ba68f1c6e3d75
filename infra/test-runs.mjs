import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testDir } from './paths.mjs';
import { endRecorded, readState } from './supervisor.mjs';

/** Ends and removes what runs of the tests left behind when they were killed; a run that goes on is left alone. */
export async function endAbandonedRuns(dir = testDir) {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    const runDir = join(dir, name);
    const state = readState(join(runDir, 'supervisor.json'));
    if (!state || state.running) continue;
    await endRecorded(join(runDir, 'supervisor.json'));
    rmSync(runDir, { recursive: true, force: true });
  }
}
