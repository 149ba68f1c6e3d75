import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { netboxAddress, netboxAddresses, type NetboxStandIn, sendJson } from './netbox-stand-in.test-data';
import { SourcesFixture } from './sources-fixture.test-data';

let netbox: NetboxStandIn;
let fixture: SourcesFixture;

beforeEach(async () => {
  fixture = await SourcesFixture.open();
  ({ netbox } = fixture);
});
afterEach(() => fixture.close());

describe('a source of NetBox', () => {
  it('creates targets with name, VRF and tags of its addresses, without the prefix length', async () => {
    netbox.addresses = [
      netboxAddress(7, '192.0.2.1/24', {
        ...{
          dns_name: 'r1.example.net',
          vrf: { id: 1, name: 'Customer A', rd: null },
          role: { value: 'loopback', label: 'Loopback' },
        },
        tenant: { id: 1, name: 'ACME Inc.', slug: 'acme' },
        assigned_object: { id: 1, name: 'lo0', device: { id: 1, name: 'r1' } },
        tags: ['core', 'edge'].map((slug, id) => ({ id, name: slug, slug, color: 'ff0000' })),
        custom_fields: { site: { id: 3, name: 'Frankfurt' } },
      }),
      netboxAddress(8, '2001:DB8::1/128'),
      netboxAddress(9, '192.0.2.9/24', { status: { value: 'deprecated', label: 'Deprecated' } }),
    ];
    const tagsFrom = {
      tenant: 'tenant',
      role: 'role',
      device: 'assigned_object.device',
      tags: 'tags',
      site: 'custom_fields.site',
    };
    const { id } = await fixture.defineNetbox({ tagsFrom, query: 'parent=192.0.2.0/24' });
    const run = await fixture.runSource(id);
    expect(run).toMatchObject({ state: 'completed', listed: 2, created: 2, refused: 0, error: null });
    const targets = await fixture.readTargets();
    expect([...targets.keys()]).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(targets.get('192.0.2.1')).toMatchObject({
      ...{ vrf: 'Customer-A', name: 'r1.example.net', tier: 'fast' },
      tags: { tenant: 'acme', role: 'loopback', device: 'r1', tags: 'core,edge', site: 'Frankfurt' },
    });
    const [asked] = netbox.asked;
    expect(asked?.search).toBe('?parent=192.0.2.0%2F24&status=active&ordering=id&limit=1000');
    expect(await fixture.readSource(id)).toMatchObject({ targets: 2, hasCredential: true, failingSince: null });
  });

  it('changes nothing, and starts no job, when it runs again', async () => {
    netbox.addresses = netboxAddresses(30);
    const { id } = await fixture.defineNetbox();
    await fixture.runSource(id);
    const again = await fixture.runSource(id);
    expect(again).toMatchObject({ state: 'completed', listed: 30, unchanged: 30, created: 0, changed: 0, jobId: null });
  });

  it('follows the pages of a server with a smaller page size, also if a proxy names another host in them', async () => {
    netbox.addresses = netboxAddresses(25);
    netbox.maxPageSize = 10;
    netbox.nextOrigin = 'https://internal.invalid';
    const { id } = await fixture.defineNetbox();
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', created: 25 });
    expect(netbox.asked.map(({ searchParams }) => searchParams.get('offset'))).toEqual([null, '10', '20']);
  });

  it('sends tokens of NetBox 4.5 as bearer tokens', async () => {
    netbox.addresses = netboxAddresses(1);
    netbox.token = 'nbt_abc.0123456789';
    const { id } = await fixture.defineNetbox();
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', created: 1 });
  });

  it('waits as long as a server with too many requests asks for', async () => {
    netbox.addresses = netboxAddresses(1);
    netbox.interfere = (_request, response) => {
      if (netbox.asked.length > 1) return false;
      sendJson(response, 429, { detail: 'Request was throttled.' }, { 'Retry-After': '1' });
      return true;
    };
    const { id } = await fixture.defineNetbox();
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', created: 1 });
    expect(netbox.asked).toHaveLength(2);
  });

  it('reads a list again that changes while it is read, and reports one that always does', async () => {
    netbox.addresses = netboxAddresses(25);
    netbox.maxPageSize = 10;
    const { id } = await fixture.defineNetbox();
    netbox.interfere = () => {
      if (netbox.asked.length === 2) netbox.addresses = netbox.addresses.slice(1);
      return false;
    };
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', created: 24 });
    netbox.interfere = () => {
      netbox.addresses = netbox.addresses.slice(1);
      return false;
    };
    const run = await fixture.runSource(id);
    expect(run).toMatchObject({ state: 'failed', jobId: null, left: 0 });
    expect(run.error).toMatch(/^NetBox had \d+ addresses at the first page, and \d+ at a later one\.$/);
    expect((await fixture.readTargets()).size).toBe(24);
  });

  it('does not lose an address that is listed on two pages in place of another one', async () => {
    netbox.addresses = netboxAddresses(20);
    netbox.maxPageSize = 10;
    netbox.interfere = (_request, response, asked) => {
      if (asked.searchParams.get('offset') !== '10') return false;
      sendJson(response, 200, { count: 20, next: null, previous: null, results: netbox.addresses.slice(9, 19) });
      return true;
    };
    const { id } = await fixture.defineNetbox();
    const run = await fixture.runSource(id);
    expect(run).toMatchObject({ state: 'failed', error: 'NetBox listed the address with the id 10 on two pages.' });
    expect((await fixture.readTargets()).size).toBe(0);
  });

  it('ends pages that lead back to themselves', async () => {
    netbox.addresses = netboxAddresses(3);
    netbox.interfere = (_request, response, asked) => {
      sendJson(response, 200, {
        count: 3,
        next: `${netbox.url}${asked.pathname}${asked.search}`,
        previous: null,
        results: netbox.addresses,
      });
      return true;
    };
    const { id } = await fixture.defineNetbox();
    const run = await fixture.runSource(id);
    expect(run.error).toMatch(/^The pages of NetBox do not end: /);
  });

  it('takes an address that several devices share once, and refuses the others with the reason', async () => {
    netbox.addresses = [netboxAddress(1, '192.0.2.1/24'), netboxAddress(2, '192.0.2.1/25')];
    const { id } = await fixture.defineNetbox();
    const run = await fixture.runSource(id);
    expect(run).toMatchObject({ state: 'completed', created: 1, refused: 1 });
    expect(run.refusedSample).toEqual([
      { entry: 2, address: '192.0.2.1', reason: 'is listed as entry 1 already: one entry per VRF and address' },
    ]);
  });
});
