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

describe('targets that left the list', () => {
  it('stay unless the source is defined otherwise', async () => {
    netbox.addresses = netboxAddresses(10);
    const { id } = await fixture.defineNetbox();
    await fixture.runSource(id);
    netbox.addresses = netbox.addresses.slice(5);
    expect(await fixture.runSource(id)).toMatchObject({
      state: 'completed',
      left: 5,
      needsConfirmation: false,
      leftJobId: null,
    });
    expect(await fixture.runSource(id)).toMatchObject({ left: 0 });
    expect((await fixture.readTargets()).size).toBe(10);
  });

  it('are removed up to a share; more only after a confirmation of their number', async () => {
    netbox.addresses = netboxAddresses(100);
    const { id } = await fixture.defineNetbox({ left: 'remove' });
    await fixture.runSource(id);
    netbox.addresses = netbox.addresses.slice(10);
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', left: 10, needsConfirmation: false });
    expect((await fixture.readTargets()).size).toBe(90);
    netbox.addresses = netbox.addresses.slice(78);
    expect(await fixture.runSource(id)).toMatchObject({
      state: 'completed',
      listed: 12,
      left: 78,
      needsConfirmation: true,
      leftJobId: null,
    });
    expect(await fixture.runSource(id, { confirmedLeft: 77 })).toMatchObject({ left: 78, needsConfirmation: true });
    expect((await fixture.readTargets()).size).toBe(90);
    const confirmed = await fixture.runSource(id, { confirmedLeft: 78 });
    expect(confirmed).toMatchObject({ state: 'completed', left: 78, needsConfirmation: false });
    expect(await fixture.bulk.readJob(confirmed.leftJobId ?? '')).toMatchObject({
      kind: 'remove',
      changed: 78,
      requestedBy: 'user:ada',
    });
    expect((await fixture.readTargets()).size).toBe(12);
  });

  it('are paused, and continue when they are listed again, unless people had paused them', async () => {
    netbox.addresses = netboxAddresses(3);
    const { id } = await fixture.defineNetbox({ left: 'pause', leftSharePercent: 100 });
    await fixture.runSource(id);
    const { id: byHand } = await fixture.readTarget('10.0.0.1');
    await fixture.bulk.changeTarget(byHand, { paused: true });
    const all = netbox.addresses;
    netbox.addresses = all.slice(2);
    expect(await fixture.runSource(id)).toMatchObject({ left: 2, needsConfirmation: false });
    expect([...(await fixture.readTargets()).values()].map(({ paused }) => paused)).toEqual([true, true, false]);
    const { id: continued } = await fixture.readTarget('10.0.0.0');
    await fixture.bulk.changeTarget(continued, { paused: false });
    await fixture.runSource(id);
    expect(await fixture.readTarget('10.0.0.0')).toMatchObject({ paused: false });
    await fixture.bulk.changeTarget(continued, { paused: true });
    netbox.addresses = all;
    await fixture.runSource(id);
    expect([...(await fixture.readTargets()).values()].map(({ paused }) => paused)).toEqual([false, true, false]);
  });

  it('do not include those whose entry is refused now', async () => {
    netbox.addresses = netboxAddresses(2);
    const { id } = await fixture.defineNetbox({
      left: 'remove',
      leftSharePercent: 100,
      tagsFrom: { site: 'custom_fields.site' },
    });
    await fixture.runSource(id);
    netbox.addresses = [
      netboxAddress(1, '10.0.0.0/24', { custom_fields: { site: 'x'.repeat(201) } }),
      netboxAddress(2, '10.0.0.1/24', { custom_fields: { site: 'fra' } }),
    ];
    expect(await fixture.runSource(id)).toMatchObject({ left: 0, refused: 1, changed: 1 });
    expect((await fixture.readTargets()).size).toBe(2);
  });

  it('do not include targets that came back, although their entry is refused now', async () => {
    netbox.addresses = netboxAddresses(10);
    const { id } = await fixture.defineNetbox({
      left: 'remove',
      leftSharePercent: 50,
      tagsFrom: { site: 'custom_fields.site' },
    });
    await fixture.runSource(id);
    const all = netbox.addresses;
    netbox.addresses = all.slice(8);
    expect(await fixture.runSource(id)).toMatchObject({ left: 8, needsConfirmation: true });
    const refused = netboxAddress(1, '10.0.0.0/24', { custom_fields: { site: 'x'.repeat(201) } });
    netbox.addresses = [refused, ...all.slice(2)];
    expect(await fixture.runSource(id)).toMatchObject({ left: 1, refused: 1, needsConfirmation: false });
    expect([...(await fixture.readTargets()).keys()]).toEqual([
      '10.0.0.0',
      ...[2, 3, 4, 5, 6, 7, 8, 9].map((nr) => `10.0.0.${nr}`),
    ]);
  });

  it('wait for a confirmation also if the source is changed to remove them during the run', async () => {
    netbox.addresses = netboxAddresses(10);
    const { id } = await fixture.defineNetbox();
    await fixture.runSource(id);
    netbox.addresses = [...netbox.addresses.slice(8), netboxAddress(99, '10.0.0.99/24')];
    await fixture.requestRun(id);
    await fixture.newRunner().runNextStep(new AbortController().signal);
    await fixture.changeSource(id, { left: 'remove' });
    await fixture.bulk.runner.runJobs(new AbortController().signal);
    await fixture.runAll();
    expect((await fixture.runsOf(id))[0]).toMatchObject({
      state: 'completed',
      left: 8,
      needsConfirmation: true,
      leftJobId: null,
    });
    expect((await fixture.readTargets()).size).toBe(11);
    expect(await fixture.runSource(id, { confirmedLeft: 8 })).toMatchObject({ left: 8, needsConfirmation: false });
    expect((await fixture.readTargets()).size).toBe(3);
  });

  it.each(['pause', 'remove'] as const)(
    'are handled by the next run if the job fails that is to %s them',
    async (left) => {
      netbox.addresses = netboxAddresses(4);
      const { id } = await fixture.defineNetbox({ left, leftSharePercent: 100 });
      await fixture.runSource(id);
      const all = netbox.addresses;
      netbox.addresses = all.slice(2);
      await fixture.requestRun(id);
      await fixture.newRunner().runNextStep(new AbortController().signal);
      const [{ leftJobId }] = await fixture.runsOf(id);
      await fixture.bulk.control.execute('DELETE FROM bulk_job_part WHERE job_id = $1', [leftJobId]);
      // As if the job had paused one of them before.
      if (left === 'pause')
        await fixture.bulk.changeTarget((await fixture.readTarget('10.0.0.0')).id, { paused: true });
      await fixture.bulk.runner.runJobs(new AbortController().signal);
      await fixture.runAll();
      expect((await fixture.runsOf(id))[0]).toMatchObject({
        state: 'failed',
        left: 2,
        error: expect.stringMatching(/^An unexpected error ended the job\./) as string,
      });
      expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', left: 2 });
      expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', left: 0 });
      const paused = [...(await fixture.readTargets()).values()].map((target) => target.paused);
      expect(paused).toEqual(left === 'pause' ? [true, true, false, false] : [false, false]);
      netbox.addresses = all;
      await fixture.runSource(id);
      expect([...(await fixture.readTargets()).values()].map((target) => target.paused)).toEqual(Array(4).fill(false));
    },
  );

  it('stay if a person cancels the job that is to pause them, also at the next run', async () => {
    netbox.addresses = netboxAddresses(4);
    const { id } = await fixture.defineNetbox({ left: 'pause', leftSharePercent: 100 });
    await fixture.runSource(id);
    netbox.addresses = netbox.addresses.slice(2);
    await fixture.requestRun(id);
    await fixture.newRunner().runNextStep(new AbortController().signal);
    await fixture.bulk.cancelJob((await fixture.runsOf(id))[0].leftJobId ?? '');
    await fixture.runAll();
    expect((await fixture.runsOf(id))[0]).toMatchObject({ error: 'The bulk job of the run was cancelled.' });
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', left: 0 });
    expect([...(await fixture.readTargets()).values()].filter(({ paused }) => paused)).toEqual([]);
  });

  it('are shown by a dry run, which changes nothing', async () => {
    netbox.addresses = netboxAddresses(4);
    const { id } = await fixture.defineNetbox({ left: 'remove', leftSharePercent: 100 });
    expect(await fixture.runSource(id, { dryRun: true })).toMatchObject({ state: 'completed', created: 4 });
    expect((await fixture.readTargets()).size).toBe(0);
    await fixture.runSource(id);
    netbox.addresses = netbox.addresses.slice(1);
    const run = await fixture.runSource(id, { dryRun: true });
    expect(run).toMatchObject({ left: 1, needsConfirmation: false, leftJobId: null });
    expect(run.leftSample.map(({ ip }) => ip)).toEqual(['10.0.0.0']);
    expect((await fixture.readTargets()).size).toBe(4);
    expect(await fixture.runSource(id)).toMatchObject({ left: 1 });
    expect((await fixture.readTargets()).size).toBe(3);
  });
});
