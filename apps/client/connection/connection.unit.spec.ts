import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerJson, type FakeApi, problem, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';
import { readUrl } from './connection';

let folder: string;
let server: Server;
let httpsUrl: string;
let fake: FakeApi;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'icmp-mon-connection-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name)) as [string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', ...subject],
    { stdio: 'ignore' },
  );
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    answerJson(response, { up: 1, degraded: 0, down: 0, unknown: 0, asOf: null }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  httpsUrl = `https://localhost:${(server.address() as AddressInfo).port}`;
  fake = await startFakeApi(({ headers }, response) =>
    headers.authorization === 'Bearer imk_right'
      ? answerJson(response, { user: 'laptop', role: 'viewer', permissions: ['targets:read'], expiresAt: null })
      : answerJson(response, problem(401, 'Log in.'), 401),
  );
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await fake.stop();
  rmSync(folder, { recursive: true });
});

const KEY = { ICMPMON_API_KEY: 'imk_right' };
const count = (url: string, ...more: string[]): Promise<Ended> =>
  runCaptured(['targets', 'count', '--url', url, ...more], KEY);

describe('TLS', () => {
  it('refuses an unknown CA with the remedy, and accepts its certificate', async () => {
    const { code, err } = await count(httpsUrl);
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringMatching(/signed by an unknown CA\. .*--ca <file> or ICMPMON_CA/) as string,
    });
    expect(await count(httpsUrl, '--ca', path.join(folder, 'cert.pem'))).toMatchObject({ code: 0, err: '' });
  });

  it('refuses a certificate of another name', async () => {
    const { err } = await count(httpsUrl.replace('localhost', '127.0.0.1'), '--ca', path.join(folder, 'cert.pem'));
    expect(err).toMatch(/was issued for other names/);
  });

  it('names the right scheme', async () => {
    expect((await count(httpsUrl.replace('https', 'http'))).err).toMatch(/https:\/\/ instead of http:\/\//);
    expect((await count(fake.url.replace('http', 'https'))).err).toMatch(/http:\/\/ instead of https:\/\//);
  });

  it('refuses a file without a certificate', async () => {
    expect((await count(httpsUrl, '--ca', path.join(folder, 'key.pem'))).err).toMatch(
      /contains no certificate in PEM form/,
    );
    expect((await count(httpsUrl, '--ca', path.join(folder, 'none.pem'))).err).toMatch(/cannot be read/);
  });
});

describe('an address', () => {
  it('where nothing listens, of an unknown host, or that is not HTTP, is refused with the cause', async () => {
    expect((await count('http://127.0.0.1:9')).err).toMatch(/^Nothing listens at 127\.0\.0\.1:9/);
    expect((await count('http://no-such-host.invalid')).err).toMatch(/no-such-host\.invalid/);
    const other = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect((await count(`http://127.0.0.1:${port}`)).err).toMatch(/does not answer with HTTP/);
    other.close();
  });

  it.each([
    ['https://mon.example/', 'https://mon.example/'],
    ['https://mon.example/api/v1', 'https://mon.example/'],
    [' https://mon.example/monitor/api/v1/?x=1#y ', 'https://mon.example/monitor/'],
  ])('%s is read as %s', (text, expected) => expect(readUrl(text).href).toBe(expected));

  it.each(['mon.example', 'ftp://mon.example', 'https://', '', 'https://user:secret@mon.example'])(
    '"%s" is refused',
    (text) => {
      expect(() => readUrl(text)).toThrow(/not an address|must not contain/);
    },
  );
});

describe('a key', () => {
  const home = (): string => path.join(folder, 'home');
  const file = (): string => path.join(home(), '.config/icmpmon/config.json');
  const store = (mode: number, content: unknown): void => {
    mkdirSync(path.dirname(file()), { recursive: true });
    writeFileSync(file(), typeof content === 'string' ? content : JSON.stringify(content));
    chmodSync(file(), mode);
  };
  const profiles = (url: string): object => ({
    version: 1,
    current: 'lab',
    profiles: { lab: { url, apiKey: 'imk_right' } },
  });
  const run = (...argv: string[]): Promise<Ended> => runCaptured(argv, { HOME: home() });

  it('of a profile is used for its address only', async () => {
    store(0o600, profiles(fake.url));
    expect(await run('whoami')).toMatchObject({ code: 0, out: expect.stringContaining('laptop') as string });
    const other = await startFakeApi((_, response) => answerJson(response, problem(401, 'Log in.'), 401));
    expect(await run('whoami', '--url', other.url)).toMatchObject({
      code: 1,
      err: expect.stringContaining('expired or revoked') as string,
    });
    expect(other.received[0]?.headers.authorization).toBeUndefined();
    await other.stop();
  });

  it('that other users could read is refused with the remedy', async () => {
    store(0o644, profiles(fake.url));
    expect(await run('whoami')).toMatchObject({
      code: 1,
      err: expect.stringContaining(`chmod 600 ${file()}`) as string,
    });
    // Address and key from the environment need no file.
    expect(await runCaptured(['whoami'], { HOME: home(), ICMPMON_URL: fake.url, ...KEY })).toMatchObject({ code: 0 });
  });

  it('in a damaged file is refused, and an unknown profile too', async () => {
    store(0o600, '{"version":1');
    expect(await run('whoami')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not valid. Correct it, or remove it') as string,
    });
    store(0o600, profiles(fake.url));
    expect(await run('whoami', '--profile', 'prod')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Profiles: lab.') as string,
    });
  });

  it('is stored by login for its owner only, and removed by logout', async () => {
    rmSync(home(), { recursive: true });
    const keyFile = path.join(folder, 'key.txt');
    writeFileSync(keyFile, 'imk_right\n');
    expect(await run('login', '--url', `${fake.url}/`, '--key-file', keyFile, '--profile', 'lab')).toMatchObject({
      code: 0,
    });
    expect([statSync(file()).mode & 0o777, statSync(path.dirname(file())).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await run('whoami', '--json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"laptop"') as string,
    });
    expect(await run('logout')).toMatchObject({ code: 0 });
    expect(readFileSync(file(), 'utf8')).not.toContain('imk_right');
    expect(await run('logout')).toMatchObject({
      code: 1,
      err: 'No profile is in use. Nothing was changed. None is stored.\n',
    });
  });

  it('of two lines or none is refused', async () => {
    const keyFile = path.join(folder, 'two.txt');
    writeFileSync(keyFile, 'imk_right\nimk_other\n');
    expect((await run('whoami', '--url', fake.url, '--key-file', keyFile)).err).toMatch(
      /contains no API key: a key is one word/,
    );
    writeFileSync(keyFile, '');
    expect((await run('whoami', '--url', fake.url, '--key-file', keyFile)).err).toMatch(/it is empty/);
  });
});
