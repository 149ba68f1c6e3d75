import { createServer } from 'node:net';
import type { SourceRunView } from '@icmp-mon/targets/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { netboxAddress, netboxAddresses, NetboxStandIn, sendJson } from './netbox-stand-in.test-data';
import { SourcesFixture } from './sources-fixture.test-data';

let netbox: NetboxStandIn;
let fixture: SourcesFixture;
let id: string;

beforeEach(async () => {
  fixture = await SourcesFixture.open();
  ({ netbox } = fixture);
  netbox.addresses = netboxAddresses(20);
  ({ id } = await fixture.defineNetbox({ left: 'remove' }));
  await fixture.runSource(id);
});
afterEach(() => fixture.close());

/** Runs the source with a fault, and expects that its targets stay, that the fault is shown, and that the next run clears it. */
async function expectKept(error: string | RegExp, advice: RegExp): Promise<SourceRunView> {
  const run = await fixture.runSource(id);
  expect(run).toMatchObject({ state: 'failed', jobId: null, leftJobId: null });
  expect(run.error).toMatch(error);
  expect(run.advice).toMatch(advice);
  expect((await fixture.readTargets()).size).toBe(20);
  expect((await fixture.readSource(id)).failingSince).not.toBeNull();
  const lines = await fixture.bulk.control.query('SELECT FROM import_line WHERE outcome IS NULL');
  expect(lines).toEqual([]);
  netbox.interfere = () => false;
  return run;
}

describe('a list that cannot be read', () => {
  it.each([
    [401, { detail: 'Invalid token' }, 'The server answered 401: Invalid token.', /Check the credential/],
    [403, { detail: 'Invalid v2 token' }, 'The server answered 403: Invalid v2 token.', /may not view IP addresses/],
    [500, { error: 'boom' }, 'The server answered 500.', /asked again at the next run/],
    [503, {}, 'The server answered 503.', /asked again at the next run/],
    [404, {}, 'The server answered 404.', /without \/api/],
  ])('leaves all targets as they are after %s', async (status, body, error, advice) => {
    netbox.interfere = (_request, response) => {
      sendJson(response, status, body);
      return true;
    };
    await expectKept(error, advice);
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', unchanged: 20 });
    expect((await fixture.readSource(id)).failingSince).toBeNull();
  });

  it('leaves all targets as they are when the last of several pages fails', async () => {
    netbox.maxPageSize = 10;
    netbox.interfere = (_request, response, asked) => {
      if (asked.searchParams.get('offset') !== '10') return false;
      sendJson(response, 502, {});
      return true;
    };
    await expectKept('The server answered 502.', /asked again/);
  });

  it('is not half a page, nor a page of something else', async () => {
    netbox.interfere = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '5000' });
      response.write('{"count":20,"next":null,"results":[');
      setTimeout(() => response.destroy(), 50);
      return true;
    };
    await expectKept(/closed before the answer was complete/, /port/);
    netbox.interfere = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"count":20,"next":null,"results":[{"id":');
      return true;
    };
    await expectKept('The answer is not valid JSON, or was cut off.', /login page/);
    netbox.interfere = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Log in</html>');
      return true;
    };
    await expectKept('The answer is text/html, not application/json.', /login page/);
    netbox.interfere = (_request, response) => {
      sendJson(response, 200, { count: 1, results: [] });
      return true;
    };
    await expectKept(/lacks count, next or results/, /address is that of NetBox/);
  });

  it('is not behind a redirect, so that the token goes to no other host', async () => {
    const other = await NetboxStandIn.open();
    netbox.interfere = (_request, response) => {
      response.writeHead(302, { Location: `${other.url}/api/ipam/ip-addresses/` }).end();
      return true;
    };
    await expectKept(/^The server redirects to http:.* redirects are not followed\.$/, /if you trust it/);
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it('is not empty if it was not: only a confirmation of all targets makes it so', async () => {
    netbox.addresses = [];
    const run = await expectKept(
      'The list is empty, and the source has 20 targets.',
      /confirm that all of its targets left/,
    );
    expect(run).toMatchObject({ left: 20, needsConfirmation: true });
    expect(run.leftSample).toHaveLength(20);
    expect(await fixture.runSource(id, { confirmedLeft: 20 })).toMatchObject({
      state: 'completed',
      needsConfirmation: false,
    });
    expect((await fixture.readTargets()).size).toBe(0);
    expect(await fixture.runSource(id)).toMatchObject({ state: 'completed', listed: 0, left: 0 });
  });

  it('is not larger than a source may be', async () => {
    netbox.interfere = (_request, response) => {
      sendJson(response, 200, {
        count: 200_001,
        next: null,
        previous: null,
        results: [netboxAddress(1, '192.0.2.1/32')],
      });
      return true;
    };
    await expectKept('NetBox lists 200,001 addresses; a source has at most 200,000.', /Narrow the filter/);
  });

  it('may need a tier that was removed', async () => {
    await fixture.bulk.control.execute(`DELETE FROM tier WHERE name = 'fast'`);
    await expectKept('The tier "fast" no longer exists.', /another tier/);
  });

  it('may be where no server listens, or one without TLS', async () => {
    await fixture.changeSource(id, { location: netbox.url.replace('http:', 'https:'), credential: netbox.token });
    await expectKept(/does not speak TLS|The request failed/, /http:\/\/|certificate/);
    const free = createServer();
    await new Promise<void>((resolve) => void free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => void free.close(resolve));
    await fixture.changeSource(id, { location: `http://127.0.0.1:${port}`, credential: null });
    await expectKept('The server refuses the connection (ECONNREFUSED).', /firewall/);
  });
});

describe('the address of a source', () => {
  it.each([
    'http://127.0.0.1:1',
    'http://localhost:1',
    'http://[::1]:1',
    'http://[::ffff:127.0.0.1]:1',
    'http://2130706433:1',
    'http://169.254.169.254',
  ])('cannot be %s without the setting', async (location) => {
    const strict = await SourcesFixture.open({ allowed: [] });
    const source = await strict.defineSource({ name: 'Own', kind: 'http_sd', location, tier: 'fast' });
    const run = await strict.runSource(source.id);
    expect(run.error).toMatch(/^The worker must not connect to /);
    expect(run.advice).toContain('ICMPMON_SOURCES_ALLOWED_ADDRESSES');
    await strict.close();
  });
});

describe('a worker that ends during a run', () => {
  it('has changed nothing; another worker repeats the step, a few times at most', async () => {
    netbox.addresses = netboxAddresses(25);
    const { id: runId } = await fixture.requestRun(id);
    const stopping = new AbortController();
    netbox.interfere = () => {
      stopping.abort();
      return false;
    };
    await fixture.newRunner().runNextStep(stopping.signal);
    expect((await fixture.readTargets()).size).toBe(20);
    netbox.interfere = () => false;
    const release = `UPDATE inventory_source_run SET claimed_until = '-infinity' WHERE id = $1`;
    await fixture.bulk.control.execute(release, [runId]);
    await fixture.runAll();
    expect((await fixture.runsOf(id))[0]).toMatchObject({ id: runId, state: 'completed', created: 5 });
    const { id: killed } = await fixture.requestRun(id);
    await fixture.bulk.control.execute('UPDATE inventory_source_run SET attempts = 5 WHERE id = $1', [killed]);
    await fixture.runAll();
    expect((await fixture.runsOf(id))[0]).toMatchObject({ state: 'failed' });
  });
});
