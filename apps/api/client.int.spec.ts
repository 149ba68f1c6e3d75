import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientFile, type Ended } from './testing/client-file';
import { ProjectedEvents } from './testing/projected-events';
import { RunningJobs } from './testing/running-jobs';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;
let client: ClientFile;
let jobs: RunningJobs;

beforeAll(async () => {
  client = await ClientFile.build();
  api = await startTestApi();
  jobs = new RunningJobs(api.control);
}, 120_000);
afterAll(async () => {
  await jobs.stop();
  await api.stop();
  await client.removeFolder();
});

const run = (args: readonly string[], input?: string): Promise<Ended> =>
  client.runFile(args, { ICMPMON_URL: api.url, ICMPMON_API_KEY: api.keys.admin }, { input });

/** Runs a command that succeeds, and returns what it prints. */
async function output(...args: string[]): Promise<string> {
  const { code, out, err } = await run(args);
  expect({ code, args }, err).toEqual({ code: 0, args });
  return out;
}

describe('the file icmpmon.mjs', () => {
  it('stores a checked key in a file that only its owner can read, and uses it', async () => {
    const input = `${api.keys.viewer}\n`;
    const { code, err } = await client.runFile(['login', '--url', `${api.url}/api/v1/`], {}, { input });
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('role viewer') as string });
    const file = path.join(client.folder, '.config/icmpmon/config.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await client.runFile(['whoami'], {})).toMatchObject({
      code: 0,
      out: expect.stringMatching(/role +viewer/) as string,
    });
    const refused = await client.runFile(['targets', 'add', '10.9.9.9', '--tier', 'fast'], {});
    expect(refused).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('requires the permission targets:write') as string,
    });
    // The key of a profile is not sent to another address.
    const other = await client.runFile(['whoami', '--url', 'http://127.0.0.1:9'], {});
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('Nothing listens at 127.0.0.1:9') as string });
    expect(await client.runFile(['logout'], {})).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).not.toContain('imk_');
    expect(await client.runFile(['whoami'], {})).toMatchObject({
      code: 1,
      err: expect.stringContaining('icmpmon login --url') as string,
    });
  });

  it('does not store a wrong key', async () => {
    const { code, err } = await client.runFile(['login', '--url', api.url], {}, { input: 'imk_wrong\n' });
    expect(code).toBe(1);
    expect(err).toContain('The API key is missing, wrong, expired or revoked');
  });

  it('registers, changes, shows and removes a target', async () => {
    const added = JSON.parse(
      await output(
        'targets',
        'add',
        '2001:db8::7',
        '--tier',
        'standard',
        '--name',
        'core',
        '--tags',
        'site=fra rack=7',
        '--json',
      ),
    ) as TargetView;
    expect(added).toMatchObject({ ip: '2001:db8::7', tags: { site: 'fra', rack: '7' }, paused: false });
    expect(await output('targets', 'set', '2001:db8::7', '--tier', 'fast', '--remove-tags', 'rack', '--name=')).toMatch(
      /tier +fast\ntags +site=fra/,
    );
    expect(await output('targets', 'pause', added.id)).toMatch(/paused +yes/);
    expect(await output('targets', 'resume', added.id)).toMatch(/paused +no/);
    expect(await output('targets', 'changes', added.id)).toContain('tag:rack 7 → -');
    expect(await run(['targets', 'remove', added.id])).toMatchObject({
      code: 3,
      err: expect.stringContaining('Add --yes') as string,
    });
    await output('targets', 'remove', added.id, '--yes');
    expect(await output('events', '--kind', 'target', '--entity', added.id)).toMatch(
      /TargetRemoved .*\n[^]*TargetRegistered /,
    );
    expect(await run(['targets', 'show', added.id])).toMatchObject({ code: 1, out: '' });
  });

  it('imports a file, prints refused lines, and exports what it imported', async () => {
    await writeFile(
      path.join(client.folder, 'targets.csv'),
      'ip,tier,tags\n10.0.0.1,fast,site=a\n10.0.0.2,nonesuch,\n10.0.0.3,standard,site=a\n',
    );
    const { code, out, err } = await run(['import', 'targets.csv']);
    expect({ code, out }).toEqual({ code: 3, out: '2 created, 0 changed, 0 unchanged, 1 refused.\n' });
    expect(err).toContain('line 3, tier: There is no tier "nonesuch".');
    const exported = await output('export', '--filter', 'site=a');
    expect(exported.split('\n').filter(Boolean)).toHaveLength(3);
    const again = await run(['import', '-', '--json'], exported);
    expect(JSON.parse(again.out)).toMatchObject({ kind: 'import', state: 'completed', unchanged: 2 });
    expect(await run(['import', 'none.csv'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be read') as string,
    });
    const [job] = (JSON.parse(await output('jobs', 'list', '--json')) as { items: { id: string }[] }).items;
    expect(await output('jobs', 'lines', job?.id ?? '')).toContain('unchanged');
  });

  it('changes all targets of a filter only with --yes', async () => {
    const projected = new ProjectedEvents(api.control);
    for (const ip of ['10.0.0.1', '10.0.0.3'])
      await projected.registered(JSON.parse(await output('targets', 'show', ip, '--json')) as TargetView);
    expect(await output('targets', 'list', '--filter', 'site=a', '--sort', 'ip')).toMatch(
      /^STATUS +SINCE .*\n.*10\.0\.0\.1 .*\n.*10\.0\.0\.3 /,
    );
    const lines = (await output('targets', 'list', '--all', '--json')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as TargetView).tags)).toEqual([{ site: 'a' }, { site: 'a' }]);
    const shown = await run(['targets', 'bulk-set', '--filter', 'site=a', '--tags', 'owner=noc']);
    expect(shown).toMatchObject({
      code: 3,
      out: expect.stringContaining('2 of 2 targets would be changed.') as string,
    });
    expect(await output('targets', 'bulk-set', '--filter', 'site=a', '--tags', 'owner=noc', '--yes')).toContain(
      '2 changed',
    );
    expect(await output('targets', 'show', '10.0.0.1')).toContain('owner=noc site=a');
    expect(await output('targets', 'bulk-remove', '--filter', 'site=a', '--yes')).toContain('2 changed');
    expect(await run(['targets', 'list', '--filter', 'site='])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('filter: ') as string,
    });
  });

  it('creates, previews, changes and removes a tier', async () => {
    await output('tiers', 'create', 'slow', '--interval-ms', '60000');
    expect(await output('tiers', 'list')).toMatch(/slow +0 +60 s +icmp_ping +1 per target/);
    expect(await run(['tiers', 'set', 'slow', '--interval-ms', '30000'])).toMatchObject({ code: 3 });
    expect(await output('tiers', 'set', 'slow', '--interval-ms', '30000', '--yes')).toMatch(/interval +30000 ms/);
    await writeFile(path.join(client.folder, 'policy.json'), await output('tiers', 'show', 'slow', '--json'));
    await output('tiers', 'create', 'slow-2', '--file', 'policy.json');
    expect(await output('tiers', 'changes', 'slow-2')).toContain('defined');
    expect(await output('tiers', 'remove', 'slow-2', '--yes')).toBe('The tier slow-2 is removed.\n');
  });

  it('manages users, API keys and enrolment tokens', async () => {
    const created = await run(['users', 'create', 'ada', '--role', 'operator']);
    expect(created.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/.+\n$/);
    await output('users', 'set-role', 'ada', 'engineer');
    expect(await output('users', 'list')).toMatch(/ada +engineer +all targets +invited/);
    expect(await run(['users', 'disable', 'ada'])).toMatchObject({ code: 3 });
    for (const verb of ['disable', 'enable', 'end-logins', 'remove'])
      await output('users', verb, 'ada', ...(verb === 'enable' ? [] : ['--yes']));
    expect(await run(['users', 'disable', 'admin', '--yes'])).toMatchObject({ code: 1, out: '' });
    expect(await output('api-keys', 'create', 'graphs', '--role', 'viewer', '--days', '3')).toMatch(/^imk_\S+\n$/);
    const { id } = (
      JSON.parse(await output('api-keys', 'list', '--json')) as { items: { id: string; name: string }[] }
    ).items.find(({ name }) => name === 'graphs') ?? { id: '' };
    await output('api-keys', 'revoke', id, '--yes');
    expect(await run(['tokens', 'list'])).toMatchObject({ code: 0, out: '', err: 'There are no enrolment tokens.\n' });
  });

  it('lists no agents, and reads health', async () => {
    expect(await run(['agents', 'list'])).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('icmpmon tokens create') as string,
    });
    expect(await run(['agents', 'drain', 'fra-1', '--yes'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no agent "fra-1"') as string,
    });
    expect((await run(['health', '--json'])).out).toContain('"headline"');
  });
});
