import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { rootDir } from './paths.mjs';

it('git ignores folders with keys: the state folder, backups, the folder of an agent', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignored-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  copyFileSync(join(rootDir, '.gitignore'), join(dir, '.gitignore'));
  spawnSync('git', ['init', '--quiet'], { cwd: dir });
  const secret = ['.icmp-mon/access.json', 'backup-1/private/secrets.json', 'icmp-mon-agent/agent.key'];
  const files = [...secret, 'infra/upkeep/backup.mjs', 'docs/runbooks/backup-restore.md'];
  const { stdout } = spawnSync('git', ['check-ignore', ...files], { cwd: dir, encoding: 'utf8' });
  expect(stdout.trim().split('\n')).toEqual(secret);
});
