import { mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makePrivateDir, writePrivateFile } from './private-file';

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

it("the agent's folder and files are accessible only to their owner, also in a folder that existed before", () => {
  const home = mkdtempSync(path.join(tmpdir(), 'agent-folder-'));
  const [fresh, open] = [path.join(home, 'fresh/inner'), path.join(home, 'open')];
  mkdirSync(open, { mode: 0o755 });
  for (const dir of [fresh, open]) {
    makePrivateDir(dir);
    writePrivateFile(path.join(dir, 'agent.key'), 'key');
    expect([modeOf(dir), modeOf(path.join(dir, 'agent.key'))]).toEqual(['700', '600']);
  }
});
