import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ConfigFixture, containing } from './testing/config-fixture';
import { TIER } from './testing/config-tier';

const fixture = new ConfigFixture();

describe('icmpmon plan and apply', () => {
  it('create and change tiers and targets; applied twice, nothing is written', async () => {
    await fixture.write('tiers.yaml', 'version: 1', 'scope: source=git', ...TIER);
    await fixture.write(
      'targets.yaml',
      ...[
        'version: 1',
        'targets:',
        '  - ip: 192.0.2.2',
        '    tier: gold',
        '    parents: [192.0.2.1]',
        '    tags: { source: git }',
      ],
      ...['  - ip: 192.0.2.1', '    tier: fast', '    name: "core: 1"', '    tags: { source: git }'],
    );
    const planned = await fixture.runClient('plan', 'config');
    expect(planned).toMatchObject({
      code: 3,
      out: containing('Plan: 3 to create, 0 to change, 0 to delete; 0 unchanged.'),
    });
    expect(planned.out).toContain('+ 192.0.2.1  (config/targets.yaml:7)\n      name: "core: 1"');
    const before = await fixture.countEvents();
    expect(await fixture.runClient('apply', 'config')).toMatchObject({
      code: 3,
      err: containing('Nothing was changed. Apply the plan by --yes.'),
    });
    expect(await fixture.countEvents()).toBe(before);
    expect(await fixture.runClient('apply', 'config', '--yes')).toMatchObject({
      code: 0,
      out: containing('Applied 3 changes, 0 not.'),
    });
    expect(await fixture.readTarget('192.0.2.2')).toMatchObject({ tier: 'gold', parents: [{ ip: '192.0.2.1' }] });
    const after = await fixture.countEvents();
    expect(await fixture.runClient('plan', 'config')).toMatchObject({
      code: 0,
      out: containing('No changes; 3 unchanged.'),
    });
    expect(await fixture.runClient('apply', 'config', '--yes')).toMatchObject({
      code: 0,
      out: containing('No changes; 3 unchanged.'),
    });
    expect(await fixture.countEvents()).toBe(after);
  });

  it('show what others changed, by whom, and change it back', async () => {
    await fixture.write('a.yaml', 'version: 1', 'targets:', '  - ip: 192.0.2.11', '    tier: fast', '    name: ours');
    await fixture.runClient('apply', 'config', '--yes');
    await fixture.api.sendJson('PATCH', '/api/v1/targets/192.0.2.11', { name: 'theirs', notes: 'kept' });
    const drift = await fixture.runClient('plan', 'config');
    expect(drift).toMatchObject({ code: 3, out: containing('name: "theirs" → "ours"') });
    expect(drift.out).toMatch(/last changed by admin, \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/);
    expect(drift.out).toContain(
      'Set on the server, but not stated in the files: notes (1) of targets. They stay; null removes them.',
    );
    await fixture.runClient('apply', 'config', '--yes');
    expect(await fixture.readTarget('192.0.2.11')).toMatchObject({ name: 'ours', notes: 'kept', version: 3 });
    await fixture.write('a.yaml', 'version: 1', 'targets:', '  - ip: 192.0.2.11', '    name: ~', '    notes: null');
    await fixture.runClient('apply', 'config', '--yes');
    expect(await fixture.readTarget('192.0.2.11')).toMatchObject({ name: null, notes: null, tier: 'fast' });
  });

  it('plan with a key that may only read; apply is refused', async () => {
    await fixture.write(
      'a.yaml',
      'version: 1',
      'tiers:',
      '  - { name: fast, probeTimeoutMs: 900 }',
      'targets: [{ ip: 192.0.2.61, tier: fast }]',
    );
    const planned = await fixture.runAs('viewer', 'plan', 'config', '--json');
    expect(planned).toMatchObject({ code: 3, err: '' });
    expect(JSON.parse(planned.out)).toMatchObject({
      changes: [
        { kind: 'tiers', title: 'fast' },
        { kind: 'targets', title: '192.0.2.61', action: 'create' },
      ],
    });
    expect(await fixture.runAs('viewer', 'apply', 'config', '--yes')).toMatchObject({
      code: 3,
      err: containing('requires the permission tiers:write'),
    });
  });

  it('name all faults of the files, and change nothing', async () => {
    await fixture.write(
      'a.yaml',
      'version: 1',
      'targets:',
      '  - { ip: 192.0.2.71, tier: fats }',
      '  - { ip: 192.0.2.72, tier: fast, parents: [192.0.2.79] }',
    );
    const before = await fixture.countEvents();
    expect(await fixture.runClient('apply', 'config', '--yes')).toMatchObject({
      code: 1,
      out: '',
      err: [
        'config/a.yaml:3:29: There is no tier "fats"; did you mean "fast"?',
        'config/a.yaml:4:45: 192.0.2.79 is no target in the VRF default, neither of these files nor of the server.',
        '',
      ].join('\n'),
    });
    expect(await fixture.countEvents()).toBe(before);
  });
});

describe('icmpmon pull', () => {
  it('writes a file whose plan has no changes', async () => {
    const names = ['no', '007', 'a: b', '# x', 'Köln "1"', "it's", '{a}', '- x', '1e3', '~', '@y', '*a', '东京'];
    for (const [nr, name] of names.entries())
      await fixture.api.postJson('/api/v1/targets', {
        ip: `198.51.100.${nr + 1}`,
        vrf: 'red',
        tier: 'standard',
        name,
        notes: `${name}\n\n  end`,
        tags: { name },
      });
    const pulled = await fixture.runClient('pull');
    expect(pulled).toMatchObject({ code: 0, err: '' });
    await writeFile(path.join(fixture.folder, 'config', 'all.yaml'), pulled.out);
    expect(await fixture.runClient('plan', 'config')).toMatchObject({
      code: 0,
      err: '',
      out: containing('No changes'),
    });
    const scoped = await fixture.runClient('pull', '--scope', 'vrf=red', '--targets-only');
    await writeFile(path.join(fixture.folder, 'config', 'all.yaml'), scoped.out);
    const planned = await fixture.runClient('plan', 'config', '--delete', '--max-deletions', '0');
    expect(planned).toMatchObject({ code: 0, out: containing('No changes; 13 unchanged.') });
    expect(await fixture.runClient('pull', '--scope', 'status=up')).toMatchObject({
      code: 1,
      err: containing('scope is not a valid filter'),
    });
  });
});
