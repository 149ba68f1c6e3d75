import { afterEach, beforeEach, expect, it } from 'vitest';
import { netboxAddresses, type NetboxStandIn } from './netbox-stand-in.test-data';
import { SourcesFixture } from './sources-fixture.test-data';

let netbox: NetboxStandIn;
let fixture: SourcesFixture;

beforeEach(async () => {
  fixture = await SourcesFixture.open();
  ({ netbox } = fixture);
});
afterEach(() => fixture.close());

it('targets continue if they are listed again after the job failed that had paused them', async () => {
  netbox.addresses = netboxAddresses(4);
  const { id } = await fixture.defineNetbox({ left: 'pause', leftSharePercent: 100 });
  await fixture.runSource(id);
  const all = netbox.addresses;
  netbox.addresses = all.slice(2);
  await fixture.requestRun(id);
  await fixture.newRunner().runNextStep(new AbortController().signal);
  const [{ leftJobId }] = await fixture.runsOf(id);
  await fixture.bulk.control.execute('DELETE FROM bulk_job_part WHERE job_id = $1', [leftJobId]);
  // As if the job had paused one of them before.
  await fixture.bulk.changeTarget((await fixture.readTarget('10.0.0.0')).id, { paused: true });
  await fixture.bulk.runner.runJobs(new AbortController().signal);
  await fixture.runAll();
  expect((await fixture.runsOf(id))[0]).toMatchObject({ state: 'failed' });
  netbox.addresses = all;
  expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', left: 0 });
  const paused = async (): Promise<boolean[]> =>
    [...(await fixture.readTargets()).values()].map((target) => target.paused);
  expect(await paused()).toEqual(Array(4).fill(false));
  // From then on a pause is that of a person.
  await fixture.bulk.changeTarget((await fixture.readTarget('10.0.0.0')).id, { paused: true });
  await fixture.runSource(id);
  expect(await paused()).toEqual([true, false, false, false]);
});
