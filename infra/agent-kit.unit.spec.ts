import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildAgentKit } from './agent-kit.mjs';

describe('the agent kit', () => {
  let from: string;
  let to: string;
  let agent: string;
  let reported: string[];

  beforeEach(() => {
    from = mkdtempSync(path.join(tmpdir(), 'icmp-mon-kit-'));
    to = path.join(from, 'kit');
    agent = path.join(from, 'main.js');
    reported = [];
    write('package.json', '{"version":"1.2.3"}');
    write('main.js', 'agent');
    write('packaging/agent.service', 'unit');
    write('packaging/join.sh', 'installer');
    addNode('x64', '24.1.0');
  });

  afterEach(() => rmSync(from, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(from, file)), { recursive: true });
    writeFileSync(path.join(from, file), text);
  }

  function addNode(architecture: string, version: string): void {
    write(`node_modules/node-linux-${architecture}/package.json`, JSON.stringify({ version }));
    write(`node_modules/node-linux-${architecture}/bin/node`, `node ${version} of ${architecture}`);
  }

  const build = (): Promise<void> => buildAgentKit((line: string) => reported.push(line), { from, agent, to });
  const list = (): string => readFileSync(path.join(to, 'SHA256SUMS'), 'utf8');

  it('contains the files of its list, with versions and checksums', async () => {
    await build();
    const names = ['agent.js', 'agent.service', 'join.sh', 'node-linux-x64.gz'];
    expect(readdirSync(to).sort()).toEqual(['SHA256SUMS', ...names]);
    const sums = names.map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(path.join(to, name)))
          .digest('hex')}  ${name}`,
    );
    expect(list().trim().split('\n')).toEqual(['# agent 1.2.3', '# node-linux-x64.gz 0', '# node 24.1.0', ...sums]);
    expect(gunzipSync(readFileSync(path.join(to, 'node-linux-x64.gz'))).toString()).toBe('node 24.1.0 of x64');
    expect(reported).toHaveLength(1);
  });

  it('is rebuilt only where a part changed', async () => {
    await build();
    const node = (): number => statSync(path.join(to, 'node-linux-x64.gz')).ino;
    const [before, listed] = [node(), list()];
    await build();
    expect([node(), list(), reported.length]).toEqual([before, listed, 1]);
    write('main.js', 'another agent');
    await build();
    expect([node(), reported.length]).toEqual([before, 2]);
    expect(list()).not.toBe(listed);
    addNode('x64', '24.2.0');
    await build();
    expect(gunzipSync(readFileSync(path.join(to, 'node-linux-x64.gz'))).toString()).toBe('node 24.2.0 of x64');
  });

  it('contains Node for every installed architecture', async () => {
    addNode('arm64', '24.1.0');
    await build();
    expect(list()).toMatch(/ {2}node-linux-x64\.gz\n[^]* {2}node-linux-arm64\.gz\n/);
  });

  it('is not built before the agent', async () => {
    rmSync(agent);
    await build();
    expect(reported).toEqual([]);
  });
});
