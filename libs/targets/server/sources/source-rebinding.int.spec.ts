import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { RebindingNames } from '@icmp-mon/platform/testing';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const absWorkingDir = path.resolve(import.meta.dirname, '../../../..');
const ALLOWED = '127.7.0.1';
const DENIED = '127.7.9.1';

/** Reads a source twice, and prints each answer, or why there is none. */
const READER = `
  import { AddressPolicy } from './address-policy';
  import { SourceHttp } from './source-http';
  const { signal } = new AbortController();
  const http = new SourceHttp({ policy: new AddressPolicy(['${ALLOWED}']), headers: {}, hide: (text) => text, signal });
  for (let read = 0; read < 2; read++) {
    const answer = http.readJson(new URL(process.argv[2]), 1000).then(JSON.stringify, (error) => error.message);
    console.log(await answer);
  }
  http.close();
`;

it.skipIf(process.getuid?.() !== 0)(
  'reading a source connects only to the address that was checked, also if the name then resolves to another one',
  async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'source-rebinding-'));
    const names = await RebindingNames.open('127.7.53.53', ALLOWED, DENIED);
    const web = createHttp((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' }).end('{"count":0}');
    }).listen(0, ALLOWED);
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;
    let connections = 0;
    const denied = createServer(() => connections++).listen(port, DENIED);
    await once(denied, 'listening');
    try {
      const outfile = path.join(dir, 'reader.mjs');
      const tsconfig = path.join(absWorkingDir, 'tsconfig.base.json');
      const stdin = { contents: READER, resolveDir: import.meta.dirname, loader: 'ts' as const };
      await build({
        stdin,
        outfile,
        absWorkingDir,
        tsconfig,
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
      });
      symlinkSync(path.join(absWorkingDir, 'node_modules'), path.join(dir, 'node_modules'));
      const [command = '', ...prefix] = names.within(dir).prefix;
      const { stdout } = await run(command, [...prefix, process.execPath, outfile, `http://rebind.test:${port}/`]);
      expect(stdout.split('\n')).toEqual(['{"count":0}', expect.stringContaining(`must not connect to ${DENIED}`), '']);
      expect([names.asked, connections]).toEqual([2, 0]);
    } finally {
      for (const each of [names, web, denied]) each.close();
      rmSync(dir, { recursive: true });
    }
  },
);
