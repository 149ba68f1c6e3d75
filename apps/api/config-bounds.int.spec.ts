import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigFixture, containing } from './testing/config-fixture';
import { TIER } from './testing/config-tier';

const fixture = new ConfigFixture();

describe('icmpmon apply', () => {
  it('delete only within the scope, only with the flag, and no more than the bound', async () => {
    const target = (nr: number, tag: string): string =>
      `  - { ip: 192.0.2.2${nr}, tier: fast, tags: { source: ${tag} } }`;
    await fixture.write(
      'a.yaml',
      'version: 1',
      'scope: source=a',
      'targets:',
      target(1, 'a'),
      target(2, 'a'),
      '  - { ip: 192.0.2.23, tier: fast, tags: { source: a }, parents: [192.0.2.22] }',
    );
    const other = path.join(fixture.folder, 'other.yaml');
    await writeFile(other, ['version: 1', 'scope: source=b', 'targets:', target(4, 'b')].join('\n'));
    await fixture.runClient('apply', 'config', '--yes');
    await fixture.runClient('apply', other, '--yes');
    await fixture.write('a.yaml', 'version: 1', 'scope: source=a', 'targets:', target(1, 'a'));
    expect(await fixture.runClient('apply', 'config', '--yes')).toMatchObject({
      code: 0,
      out: containing('in the scope source=a: 2 targets. --delete --max-deletions 2 deletes them.'),
    });
    expect(await fixture.runClient('apply', 'config', '--yes', '--delete')).toMatchObject({
      code: 2,
      err: containing('belong together'),
    });
    const tooMany = await fixture.runClient('apply', 'config', '--yes', '--delete', '--max-deletions', '1');
    expect(tooMany).toMatchObject({
      code: 1,
      err: containing('deletes 2 objects, more than --max-deletions 1: 192.0.2.23, 192.0.2.22.'),
    });
    expect(await fixture.runClient('apply', 'config', '--yes', '--delete', '--max-deletions', '2')).toMatchObject({
      code: 0,
      out: containing('- 192.0.2.23'),
    });
    for (const [ip, status] of [
      ['192.0.2.21', 200],
      ['192.0.2.22', 404],
      ['192.0.2.23', 404],
      ['192.0.2.24', 200],
    ] as const)
      expect((await fixture.api.sendRequest(`/api/v1/targets/${ip}`)).status, ip).toBe(status);
    await fixture.write('a.yaml', 'version: 1', 'scope: source=a');
    const unlisted = await fixture.runClient('plan', 'config', '--delete', '--max-deletions', '0');
    expect(unlisted).toMatchObject({ code: 0, out: containing('Not managed by these files: ') });
    expect(unlisted.out).not.toContain('in the scope');
    await fixture.write('a.yaml', 'version: 1', 'scope: source=a', 'targets: []');
    expect(await fixture.runClient('apply', 'config', '--yes', '--delete', '--max-deletions', '1')).toMatchObject({
      code: 0,
      out: containing('- 192.0.2.21'),
    });
    await fixture.write('a.yaml', 'version: 1', 'targets: []');
    expect(await fixture.runClient('plan', 'config', '--delete', '--max-deletions', '9')).toMatchObject({
      code: 1,
      err: containing('--delete needs a scope'),
    });
  });

  it('take over a target of others only with --adopt', async () => {
    await fixture.api.postJson('/api/v1/targets', { ip: '192.0.2.31', tier: 'fast', tags: { source: 'b' } });
    await fixture.write(
      'a.yaml',
      'version: 1',
      'scope: source=a',
      'targets:',
      '  - { ip: 192.0.2.31, tags: { source: a } }',
    );
    expect(await fixture.runClient('plan', 'config')).toMatchObject({
      code: 1,
      err: containing('1 object of the files exists already, outside the scope source=a: 192.0.2.31.'),
    });
    expect(await fixture.runClient('apply', 'config', '--adopt', '--yes')).toMatchObject({
      code: 0,
      out: containing('taken over: outside the scope until now'),
    });
    expect(await fixture.runClient('plan', 'config')).toMatchObject({ code: 0 });
  });

  it('apply a written plan, but not to what others have changed since; repeated, it changes nothing', async () => {
    await fixture.write(
      'a.yaml',
      'version: 1',
      'targets:',
      ...[1, 2, 3].map((nr) => `  - { ip: 192.0.2.4${nr}, tier: fast, name: a }`),
    );
    await fixture.runClient('apply', 'config', '--yes');
    await fixture.write(
      'a.yaml',
      'version: 1',
      'targets:',
      ...[1, 2, 3, 4].map((nr) => `  - { ip: 192.0.2.4${nr}, tier: fast, name: b }`),
    );
    const file = path.join(fixture.folder, 'plan.json');
    expect(await fixture.runClient('plan', 'config', '--out', file)).toMatchObject({
      code: 3,
      err: containing('icmpmon apply --plan'),
    });
    await fixture.api.sendJson('PATCH', '/api/v1/targets/192.0.2.41', { owner: 'others' });
    await fixture.api.sendRequest('/api/v1/targets/192.0.2.42', { method: 'DELETE' });
    await fixture.api.postJson('/api/v1/targets', { ip: '192.0.2.44', tier: 'fast', name: 'others' });
    const applied = await fixture.runClient('apply', '--plan', file, '--yes');
    expect(applied).toMatchObject({ code: 3, out: containing('Applied 1 change, 3 not.') });
    expect(applied.err).toContain(
      'a.yaml:3: 192.0.2.41 was not changed: version: The target was changed since the version 1: it has the version 2',
    );
    expect(applied.err).toContain(
      '192.0.2.42 was not changed: version: The target had the version 1, and was removed since',
    );
    expect(applied.err).toContain(
      '192.0.2.44 was not created: version: The target did not exist, and was registered since: it has the version 1',
    );
    expect(await fixture.readTarget('192.0.2.43')).toMatchObject({ name: 'b' });
    const before = await fixture.countEvents();
    expect(await fixture.runClient('apply', '--plan', file, '--yes')).toMatchObject({
      code: 3,
      out: containing('Applied 1 change, 3 not.'),
    });
    expect((await fixture.readTarget('192.0.2.43')).version).toBe(2);
    // Only the events of the job itself.
    expect(await fixture.countEvents()).toBe(before + 2);
    expect(await fixture.runClient('apply', '--plan', file, 'config')).toMatchObject({ code: 2 });
    expect(await fixture.runClient('apply', '--plan', path.join(fixture.folder, 'config', 'a.yaml'))).toMatchObject({
      code: 1,
      err: containing('is not a plan: it is not valid JSON'),
    });
    await writeFile(file, (await readFile(file, 'utf8')).replace(fixture.api.url, 'http://127.0.0.1:9'));
    expect(await fixture.runClient('apply', '--plan', file)).toMatchObject({
      code: 1,
      err: containing('is a plan for http://127.0.0.1:9, not for'),
    });
  });

  it('refuse tiers that others have changed since, and what depends on them', async () => {
    await fixture.write(
      'a.yaml',
      'version: 1',
      ...TIER.map((line) => line.replace('gold', 'silver')),
      'targets:',
      '  - { ip: 192.0.2.51, tier: silver }',
    );
    const file = path.join(fixture.folder, 'tiers.json');
    await fixture.runClient('plan', 'config', '--out', file);
    await fixture.runClient('apply', '--plan', file, '--yes');
    await fixture.write(
      'a.yaml',
      'version: 1',
      'tiers:',
      '  - { name: silver, probeIntervalMs: 7000 }',
      'targets:',
      '  - { ip: 192.0.2.51, name: x }',
    );
    const planned = await fixture.runClient('plan', 'config', '--out', file);
    expect(planned.out).toContain('probeIntervalMs: 5000 → 7000');
    expect(planned.out).toMatch(/! .*target/);
    const { policy, ...tier } = {
      policy: {},
      ...((await (await fixture.api.sendRequest('/api/v1/tiers/silver')).json()) as object),
    };
    const { probeTimeoutMs, checks, agentSelection, verdictRule } = tier as unknown as Record<string, unknown>;
    await fixture.api.sendJson('PUT', '/api/v1/tiers/silver', {
      probeIntervalMs: 9000,
      probeTimeoutMs,
      checks,
      agentSelection,
      verdictRule,
      ...policy,
    });
    const applied = await fixture.runClient('apply', '--plan', file, '--yes');
    expect(applied).toMatchObject({ code: 3, out: containing('Applied 0 changes, 2 not.') });
    expect(applied.err).toContain('silver was not changed: It was changed since the plan.');
    expect(applied.err).toContain('192.0.2.51 was not changed: not applied, because tiers failed');
  });
});
