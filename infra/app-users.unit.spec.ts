import { chmodSync, lstatSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appUsers, commandAs, giveFolder, ownUids } from './app-users.mjs';

const asRoot = it.runIf(process.getuid?.() === 0 && process.env['SUDO_UID'] === undefined);
const nobody: { uid?: number; gid?: number } = {};
const uidsOf = (users: Record<string, { uid?: number }>): (number | undefined)[] =>
  Object.values(users).map(({ uid }) => uid);

describe('the users of the apps', () => {
  it("are one per app, the same from start to start, and none of the machine's", () => {
    const users = ownUids('/a', new Set());
    expect(new Set(uidsOf(users)).size).toBe(6);
    expect(ownUids('/a', new Set())).toEqual(users);
    expect(uidsOf(ownUids('/b', new Set()))).not.toEqual(uidsOf(users));
    const others = uidsOf(ownUids('/a', new Set([users.agent?.uid])));
    expect(others.filter((uid) => uidsOf(users).includes(uid))).toEqual([]);
  });

  asRoot('are root where another user could not read a needed file, which the reason names', () => {
    const dir = mkdtempSync(join(tmpdir(), 'users-'));
    chmodSync(dir, 0o755);
    writeFileSync(join(dir, 'main.js'), '');
    expect(appUsers(dir, [dir, join(dir, 'main.js')]).users.api?.uid).toBeGreaterThanOrEqual(50_000);
    chmodSync(dir, 0o700);
    const { users, reason } = appUsers(dir, [join(dir, 'main.js')]);
    expect(users.api).toEqual({});
    expect(reason).toBe(`users other than root cannot read ${join(dir, 'main.js')}`);
  });

  asRoot('get the folders of an earlier start with their content, without following links', () => {
    const dir = mkdtempSync(join(tmpdir(), 'users-'));
    const [folder, outside] = [join(dir, 'agent'), join(dir, 'outside')];
    mkdirSync(join(folder, 'spool'), { recursive: true });
    writeFileSync(join(folder, 'spool/one'), '', { mode: 0o600 });
    writeFileSync(outside, '');
    symlinkSync(outside, join(folder, 'link'));
    giveFolder(folder, { uid: 50_004, gid: 50_004 }, 0o700);
    for (const path of [folder, join(folder, 'spool/one'), join(folder, 'link')])
      expect(lstatSync(path).uid).toBe(50_004);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'spool/one')).mode & 0o777).toBe(0o600);
    expect(statSync(outside).uid).toBe(0);
  });

  asRoot('run their apps; only the agent keeps a capability, that for raw sockets', () => {
    const user = { uid: 50_004, gid: 50_004 };
    expect(commandAs(user, 'node', ['main.js'])).toEqual({ command: 'node', args: ['main.js'], user });
    const { command, args, user: keptUser } = commandAs(user, 'node', ['main.js'], { rawSockets: true });
    expect([command, keptUser]).toEqual(['setpriv', {}]);
    expect(args).toEqual(expect.arrayContaining(['--reuid=50004', '--bounding-set=-all,+net_raw', 'node', 'main.js']));
    expect(commandAs(nobody, 'node', ['main.js'], { rawSockets: true })).toEqual({
      command: 'node',
      args: ['main.js'],
      user: {},
    });
  });
});
