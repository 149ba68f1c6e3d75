import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { netboxAddress, netboxAddresses, type NetboxStandIn } from './netbox-stand-in.test-data';
import { SourcesFixture } from './sources-fixture.test-data';

let netbox: NetboxStandIn;
let fixture: SourcesFixture;

beforeEach(async () => {
  fixture = await SourcesFixture.open();
  ({ netbox } = fixture);
});
afterEach(() => fixture.close());

describe('what a source owns', () => {
  it('is the name and its own tags; what people set stays', async () => {
    const tenant = { id: 1, name: 'ACME', slug: 'acme' };
    netbox.addresses = [netboxAddress(1, '192.0.2.1/24', { dns_name: 'old.example.net', tenant })];
    const { id } = await fixture.defineNetbox();
    await fixture.runSource(id);
    const { id: targetId } = await fixture.readTarget('192.0.2.1');
    await fixture.bulk.changeTarget(targetId, {
      tier: 'standard',
      tags: { note: 'by hand' },
      notes: 'by hand',
      name: 'mine',
    });
    netbox.addresses = [
      netboxAddress(1, '192.0.2.1/24', { dns_name: 'new.example.net', role: { value: 'vip', label: 'VIP' } }),
    ];
    const preview = await fixture.runSource(id, { dryRun: true });
    expect(preview).toMatchObject({ changed: 1, created: 0, dryRun: true });
    const [line] = await fixture.bulk.linesOf({ id: preview.jobId ?? '' });
    expect(line?.changes).toEqual([
      { member: 'name', before: 'mine', after: 'new.example.net' },
      { member: 'tags', before: { note: 'by hand', tenant: 'acme' }, after: { note: 'by hand', role: 'vip' } },
    ]);
    expect(await fixture.readTarget('192.0.2.1')).toMatchObject({ name: 'mine' });
    await fixture.runSource(id);
    expect(await fixture.readTarget('192.0.2.1')).toMatchObject({
      name: 'new.example.net',
      tier: 'standard',
      tags: { note: 'by hand', role: 'vip' },
    });
  });

  it('is not a target that people registered, unless the source may take it over', async () => {
    await fixture.bulk.registerTargets(1, 'by-hand');
    netbox.addresses = [netboxAddress(1, '10.0.0.0/24', { dns_name: 'r1' })];
    const { id } = await fixture.defineNetbox();
    const run = await fixture.runSource(id);
    expect(run).toMatchObject({ state: 'completed', refused: 1, jobId: null });
    expect(run.refusedSample[0]?.reason).toMatch(/takes over no targets/);
    await fixture.changeSource(id, { existing: 'adopt' });
    expect(await fixture.runSource(id)).toMatchObject({ changed: 1, refused: 0 });
    expect(await fixture.readTarget('10.0.0.0')).toMatchObject({
      name: 'r1',
      tags: { batch: 'by-hand' },
      tier: 'standard',
    });
    expect((await fixture.readSource(id)).targets).toBe(1);
  });

  it('is not a target of another source: the first one keeps it, and the other reports the conflict', async () => {
    netbox.addresses = [netboxAddress(1, '192.0.2.1/24')];
    const [first, second] = [
      await fixture.defineNetbox(),
      await fixture.defineNetbox({ name: 'Other', existing: 'adopt', left: 'remove' }),
    ];
    await fixture.runSource(first.id);
    const run = await fixture.runSource(second.id);
    expect(run.refusedSample).toEqual([
      { entry: 1, address: '192.0.2.1', reason: 'is a target of the inventory source "NetBox", which listed it first' },
    ]);
    netbox.addresses = [netboxAddress(2, '192.0.2.2/24')];
    await fixture.runSource(second.id);
    expect((await fixture.readTargets()).has('192.0.2.1')).toBe(true);
    await fixture.removeSource(first.id);
    netbox.addresses.push(netboxAddress(1, '192.0.2.1/24'));
    expect(await fixture.runSource(second.id)).toMatchObject({ refused: 0 });
    expect((await fixture.readSource(second.id)).targets).toBe(2);
  });

  it('is checked again when lines take effect: tags that people set after the list was read stay', async () => {
    netbox.addresses = [netboxAddress(1, '192.0.2.1/24', { dns_name: 'a' })];
    const { id } = await fixture.defineNetbox();
    await fixture.runSource(id);
    netbox.addresses = [netboxAddress(1, '192.0.2.1/24', { dns_name: 'b' })];
    await fixture.requestRun(id);
    await fixture.newRunner().runNextStep(new AbortController().signal);
    const { id: targetId } = await fixture.readTarget('192.0.2.1');
    await fixture.bulk.changeTarget(targetId, { tags: { late: 'yes' } });
    await fixture.bulk.runner.runJobs(new AbortController().signal);
    await fixture.runAll();
    expect(await fixture.readTarget('192.0.2.1')).toMatchObject({ name: 'b', tags: { late: 'yes' } });
  });
});

describe('the interval of a source', () => {
  it('starts runs once it is enabled, one at a time', async () => {
    netbox.addresses = netboxAddresses(1);
    const { id } = await fixture.defineNetbox();
    await fixture.runAll();
    expect(await fixture.runsOf(id)).toEqual([]);
    await fixture.changeSource(id, { isEnabled: true });
    await fixture.requestRun(id);
    await expect(fixture.requestRun(id)).rejects.toThrow('A run of this source is in progress.');
    await fixture.runAll();
    const runs = await fixture.runsOf(id);
    expect(runs).toHaveLength(1);
    expect(Date.parse((await fixture.readSource(id)).nextRunAt ?? '')).toBeGreaterThan(Date.now());
    await fixture.bulk.control.execute(`UPDATE inventory_source SET due_at = now() - interval '1 second'`);
    await fixture.runAll();
    expect((await fixture.runsOf(id))[0]).toMatchObject({
      requestedBy: 'system:inventory-sources',
      state: 'completed',
      unchanged: 1,
    });
  });

  it('runs a source that was changed during a run again after it', async () => {
    netbox.addresses = netboxAddresses(1);
    const { id } = await fixture.defineNetbox();
    await fixture.changeSource(id, { isEnabled: true });
    const runner = fixture.newRunner();
    const { signal } = new AbortController();
    await runner.runNextStep(signal);
    netbox.addresses = [];
    await fixture.changeSource(id, { tagsFrom: { vrf: 'vrf.name' } });
    await runner.runNextStep(signal);
    const nextRunMs = Date.parse((await fixture.readSource(id)).nextRunAt ?? '') - Date.now();
    expect(nextRunMs).toBeLessThan(60_000);
  });

  it('does not wait for a time that the clock of the database had by mistake', async () => {
    netbox.addresses = netboxAddresses(1);
    const { id } = await fixture.defineNetbox();
    await fixture.changeSource(id, { isEnabled: true });
    await fixture.requestRun(id);
    await fixture.bulk.control.execute(`UPDATE inventory_source SET due_at = now() + interval '10 years'`);
    await fixture.bulk.control.execute(`UPDATE inventory_source_run SET claimed_until = now() + interval '10 years'`);
    await fixture.runAll();
    expect((await fixture.runsOf(id))[0]).toMatchObject({ state: 'completed', created: 1 });
    expect(Date.parse((await fixture.readSource(id)).nextRunAt ?? '') - Date.now()).toBeLessThan(86_400_000);
  });

  it('has no event that the audit would list instead of the job of a run', async () => {
    netbox.addresses = netboxAddresses(1);
    const { id } = await fixture.defineNetbox();
    await fixture.changeSource(id, { isEnabled: true });
    await fixture.runAll();
    netbox.addresses = netboxAddresses(2);
    const { id: runId } = await fixture.requestRun(id);
    await fixture.runAll();
    const jobs = await fixture.bulk.control.query<{ metadata: object }>(
      `SELECT metadata FROM event WHERE type = 'BulkJobRequested' ORDER BY position`,
    );
    expect(jobs.map(({ metadata }) => metadata)).toMatchObject([
      { actor: 'system:inventory-sources', causationId: null },
      { actor: 'user:ada', causationId: runId },
    ]);
  });

  it('ends with the faults of a source that is disabled, which Health reports no longer', async () => {
    netbox.interfere = (_request, response) => {
      response.writeHead(500).end();
      return true;
    };
    const { id } = await fixture.defineNetbox();
    await fixture.changeSource(id, { isEnabled: true });
    await fixture.runAll();
    expect((await fixture.readSource(id)).failingSince).not.toBeNull();
    expect((await fixture.changeSource(id, { intervalS: 7_200 })).failingSince).not.toBeNull();
    expect((await fixture.changeSource(id, { isEnabled: false })).failingSince).toBeNull();
  });
});
