import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DefineSourceRequest } from '@icmp-mon/targets/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionOf } from './definition';
import { type NetboxStandIn, sendJson } from './netbox-stand-in.test-data';
import { SOURCE_AUDIT } from './source-audit';
import { SourcesFixture } from './sources-fixture.test-data';

const GROUPS = [
  {
    targets: ['192.0.2.1:9100', '[2001:db8::1]:9100', '192.0.2.2/32'],
    labels: { site: 'fra', __meta_rack: '7', _job_: 'node' },
  },
  { targets: ['router.example.net:9100', '127.0.0.1.5', 'http://192.0.2.3/'] },
];

let folder: string;
let server: NetboxStandIn;
let fixture: SourcesFixture;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'icmp-mon-sources-'));
  fixture = await SourcesFixture.open({ folder });
  server = fixture.netbox;
});
afterEach(async () => {
  await fixture.close();
  await rm(folder, { recursive: true });
});

const defineHttp = (change: Partial<DefineSourceRequest> = {}) =>
  fixture.defineSource({ name: 'HTTP', kind: 'http_sd', location: `${server.url}/targets`, tier: 'fast', ...change });

const defineFiles = (location: string) =>
  fixture.defineSource({ name: 'Files', kind: 'file_sd', location, tier: 'fast' });

const answer = (body: unknown) => {
  server.interfere = (_request, response) => {
    sendJson(response, 200, body);
    return true;
  };
};

describe('a source of kind http_sd', () => {
  it('creates targets of addresses with or without ports, with labels as tags; refuses names and URLs with the reason', async () => {
    answer(GROUPS);
    const { id } = await defineHttp();
    const run = await fixture.runSource(id);
    expect(run).toMatchObject({ state: 'completed', listed: 6, created: 3, refused: 3 });
    expect(run.refusedSample.map(({ entry, reason }) => [entry, reason])).toEqual([
      [4, '"router.example.net" is a host name: a target is an address, and names are not resolved'],
      [5, expect.stringContaining('is not')],
      [6, expect.stringContaining('is a range')],
    ]);
    const targets = [...(await fixture.readTargets()).values()];
    expect(targets.map(({ ip }) => ip)).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    for (const { tags } of targets) expect(tags).toEqual({ site: 'fra', job: 'node' });
  });

  it('takes labels with __ only where they are named, and asks as Prometheus does', async () => {
    const seen: (string | string[] | undefined)[] = [];
    server.interfere = ({ headers }, response) => {
      seen.push(headers['x-prometheus-refresh-interval-seconds'], headers.authorization);
      sendJson(response, 200, GROUPS);
      return true;
    };
    const { id } = await defineHttp({
      tagsFrom: { rack: '__meta_rack' },
      nameFrom: 'site',
      intervalS: 60,
      credential: 'secret',
    });
    await fixture.runSource(id);
    expect(seen).toEqual(['60', 'Bearer secret']);
    expect((await fixture.readTargets()).get('192.0.2.1')).toMatchObject({ name: 'fra', tags: { rack: '7' } });
  });

  it.each([
    [{ targets: ['192.0.2.1'] }, 'The list is not a list of groups.'],
    [[{ targets: '192.0.2.1' }], 'The list: "targets" of group 1 is not a list of texts.'],
    [[{ targets: [], labels: ['a'] }], 'The list: "labels" of group 1 is not an object.'],
    [null, 'The list is empty; a list without targets is [].'],
  ])('keeps the last list if the list is %j', async (body, error) => {
    answer(GROUPS);
    const { id } = await defineHttp({ left: 'remove', leftSharePercent: 100 });
    await fixture.runSource(id);
    answer(body);
    expect(await fixture.runSource(id)).toMatchObject({ state: 'failed', error });
    expect((await fixture.readTargets()).size).toBe(3);
  });
});

describe('a secret in the URL of a list', () => {
  const SECRET = 'p+4/ss%26';

  it('is the credential, which no answer, event or error contains', async () => {
    const asked: { url: string | undefined; authorization: string | undefined }[] = [];
    server.interfere = ({ url, headers }, response) => {
      asked.push({ url, authorization: headers.authorization });
      if (asked.length === 1) sendJson(response, 200, GROUPS);
      else if (asked.length === 2) sendJson(response, 403, { detail: `The token ${SECRET} has expired` });
      else response.writeHead(302, { Location: `https://other.example${url}` }).end();
      return true;
    };
    const location = `${server.url}/targets?env=prod&token={credential}`;
    const source = await defineHttp({ location, credential: SECRET });
    expect(source.location).toBe(location);
    expect(await fixture.runSource(source.id)).toMatchObject({ state: 'completed', created: 3 });
    expect(asked).toEqual([{ url: `/targets?env=prod&token=${encodeURIComponent(SECRET)}`, authorization: undefined }]);
    expect((await fixture.runSource(source.id)).error).toBe('The server answered 403: The token (hidden) has expired.');
    expect((await fixture.runSource(source.id)).error).toContain('redirects to https://other.example/targets (302)');
    const [{ text }] = await fixture.bulk.control.query<{ text: string }>(
      `SELECT string_agg(t::text, '') AS text FROM (SELECT e::text AS t FROM event e UNION ALL SELECT s.definition::text FROM inventory_source s
         UNION ALL SELECT r::text FROM inventory_source_run r) AS stored (t)`,
    );
    expect(text).not.toContain(SECRET);
    await fixture.changeSource(source.id, { credential: null });
    expect((await fixture.runSource(source.id)).error).toBe('The location needs the credential, and none is stored.');
  });

  it('that an older release stored is hidden in answers and in the audit', async () => {
    const { id } = await defineHttp();
    await fixture.bulk.control.execute(
      `UPDATE inventory_source SET definition = definition || '{"location": "http://h/sd?env=prod&token=s3"}'`,
    );
    const { location } = await fixture.readSource(id);
    expect(location).toBe('http://h/sd?env=prod&token=(hidden)');
    await expect(fixture.changeSource(id, { location })).rejects.toMatchObject({ errors: [{ pointer: '#/location' }] });
    const data = { ...definitionOf({ name: 'a', kind: 'http_sd', location: 'http://h/sd?key=s3', tier: 'fast' }) };
    const shown = SOURCE_AUDIT.types['InventorySourceDefined'].fields?.(
      { ...data, sourceId: id, hasCredential: false } as never,
      {},
    );
    expect(shown).toMatchObject({ location: 'http://h/sd?key=(hidden)' });
  });
});

describe('a source of kind file_sd', () => {
  it('reads the files that match a pattern, in the order of their names, and numbers entries over all of them', async () => {
    await mkdir(path.join(folder, 'sd'));
    await writeFile(
      path.join(folder, 'sd/tg_a.yml'),
      '- targets: ["192.0.2.9:9100"]\n  labels: { site: ams, port: 9100 }\n',
    );
    await writeFile(path.join(folder, 'sd/tg_b.yml'), '- targets: ["name:1"]\n');
    await writeFile(path.join(folder, 'sd/tg_c.json'), 'not read');
    const { id } = await defineFiles('sd/tg_*.yml');
    const run = await fixture.runSource(id);
    expect(run).toMatchObject({ state: 'completed', listed: 2, created: 1 });
    expect(run.refusedSample[0]).toMatchObject({ entry: 2 });
    expect((await fixture.readTargets()).get('192.0.2.9')?.tags).toEqual({ site: 'ams', port: '9100' });
  });

  it.each([
    ['', 'The file tg.yml is empty; a list without targets is [].'],
    ['- targets: ["192.0.2.1', /^The file tg\.yml is not valid YAML: /],
    ['targets: [a]', 'The file tg.yml is not a list of groups.'],
    [Buffer.from([0x2d, 0x20, 0xff]), 'tg.yml cannot be read (ERR_ENCODING_INVALID_ENCODED_DATA).'],
  ])('keeps the last list if a file is %j', async (text, error) => {
    const file = path.join(folder, 'tg.yml');
    await writeFile(file, '- targets: [192.0.2.1, 192.0.2.2]\n');
    const { id } = await defineFiles('tg.yml');
    await fixture.runSource(id);
    await writeFile(file, text);
    const run = await fixture.runSource(id);
    expect(run.state).toBe('failed');
    expect(run.error).toMatch(error);
    await rm(file);
    expect(await fixture.runSource(id)).toMatchObject({ state: 'failed', error: 'No file matches tg.yml.' });
    expect((await fixture.readTargets()).size).toBe(2);
  });

  it('waits for no pipe, and parses no YAML file that would need the memory of the worker', async () => {
    execFileSync('mkfifo', [path.join(folder, 'pipe.json')]);
    const pipe = await defineFiles('pipe.json');
    expect((await fixture.runSource(pipe.id)).error).toBe('pipe.json is not a file.');
    await writeFile(path.join(folder, 'big.yml'), `- targets: [${'1,'.repeat(2_100_000)}]\n`);
    const big = await fixture.defineSource({ name: 'Big', kind: 'file_sd', location: 'big.yml', tier: 'fast' });
    expect((await fixture.runSource(big.id)).error).toBe('big.yml is larger than 4 MiB, the most for YAML.');
  });

  it('reads no file outside of the folder, and none without the setting', async () => {
    await symlink('/etc/hostname', path.join(folder, 'link.json'));
    const { id } = await defineFiles('link.json');
    expect((await fixture.runSource(id)).error).toBe('link.json is a link to a file outside of the folder.');
    const without = await SourcesFixture.open();
    const source = await without.defineSource({ name: 'Files', kind: 'file_sd', location: 'a.json', tier: 'fast' });
    expect((await without.runSource(source.id)).advice).toContain('ICMPMON_SOURCES_DIR');
    await without.close();
  });
});
