import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { joinLine, type JoinSettings } from '@icmp-mon/agents/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayFixture } from '../gateway.test-fixture';

/** Created by the build, which runs before these tests. */
const KIT = path.resolve(import.meta.dirname, '../../../dist/agent-kit');
const NORMAL_PATH = '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const FILES = 'SHA256SUMS agent.env agent.js icmpmon-agent icmpmon-agent join.sh node policy.yaml'.split(' ');
const run = promisify(execFile);

interface Ended {
  code: number;
  output: string;
}

describe('the join command', () => {
  let fixture: GatewayFixture;
  let scratch: string;
  let kitDir: string;
  let root: string;
  let roots = 0;

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'icmp-mon-join-'));
    kitDir = path.join(scratch, 'kit');
    fixture = await GatewayFixture.open({ kitDir });
  });

  afterAll(async () => {
    await fixture.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  beforeEach(() => {
    rmSync(kitDir, { recursive: true, force: true });
    // Node is large and no test changes it.
    cpSync(KIT, kitDir, { recursive: true, filter: (file) => !file.endsWith('.gz') });
    for (const name of readdirSync(KIT).filter((file) => file.endsWith('.gz'))) {
      symlinkSync(path.join(KIT, name), path.join(kitDir, name));
    }
    root = path.join(scratch, `root-${roots++}`);
  });

  function line(settings: Partial<JoinSettings> = {}): string {
    const enrolUrl = `https://127.0.0.1:${fixture.gateway.ports.enrol}`;
    const { sha256: caSha256 } = fixture.ca;
    const place = { name: 'fra-1', region: 'eu-central', provider: 'carrier-a' };
    return joinLine({ ...place, allow: ['127.0.0.0/8', '::1'], token: 'imt_0', enrolUrl, caSha256, ...settings });
  }

  /** Runs the line in a shell without a terminal. */
  async function paste(command: string, variables: Record<string, string> = {}): Promise<Ended> {
    try {
      const { stdout, stderr } = await run('/usr/bin/setsid', ['--wait', '/bin/sh', '-c', command], {
        env: { PATH: NORMAL_PATH, ...variables },
      });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  const join = (settings?: Partial<JoinSettings>): Promise<Ended> => paste(`${line(settings)} --yes --root ${root}`);
  const at = (file: string): string => path.join(root, file);
  const installed = (): string[] =>
    !existsSync(root)
      ? []
      : readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => !entry.isDirectory())
          .map(({ name }) => name)
          .sort();

  it('prints what it will do, and does nothing without confirmation', async () => {
    const { code, output } = await paste(`${line()} --root ${root}`);
    expect(code).toBe(1);
    expect(output).toMatch(/becomes the agent fra-1 \(region eu-central, provider carrier-a\)/);
    expect(output).toMatch(
      /download Node 24\.\d+\.\d+ \(\w+, \d+ MB\)[^]*download the agent[^]*policy\.yaml: the agent may probe 127\.0\.0\.0\/8 ::1 and nothing else/,
    );
    expect(output).toContain('Nothing was changed. Add --yes');
    expect(installed()).toEqual([]);
  });

  it('connects like the agent, without the proxy and .curlrc of the machine', async () => {
    const home = mkdtempSync(path.join(scratch, 'home-'));
    writeFileSync(path.join(home, '.curlrc'), 'proxy = http://127.0.0.1:9\ninsecure\ninclude\n');
    const { output } = await paste(`${line()} --root ${root}`, { HOME: home, https_proxy: 'http://127.0.0.1:9' });
    expect(output).toContain('becomes the agent fra-1');
  });

  it('installs the agent, keeps it when pasted again, and removes it', async () => {
    const { code, output } = await join();
    expect([code, output]).toEqual([0, expect.stringContaining('usr/lib/icmp-mon/icmpmon-agent run')]);
    expect(installed()).toEqual(FILES);
    const mode = (file: string): number => statSync(at(file)).mode & 0o777;
    expect([mode('etc/icmp-mon/agent.env'), mode('etc/icmp-mon/policy.yaml'), mode('etc/icmp-mon')]).toEqual([
      0o600, 0o644, 0o755,
    ]);
    expect((await run(at('usr/lib/icmp-mon/node'), ['--version'])).stdout).toMatch(/^v24\./);
    expect(readFileSync(at('etc/icmp-mon/policy.yaml'), 'utf8')).toMatch(
      /allow:\n {2}- "127\.0\.0\.0\/8"\n {2}- "::1"\n/,
    );

    const inodes = (): number[] =>
      ['usr/lib/icmp-mon/node', 'usr/lib/icmp-mon/agent.js', 'etc/icmp-mon/agent.env'].map(
        (file) => statSync(at(file)).ino,
      );
    const before = inodes();
    writeFileSync(at('etc/icmp-mon/policy.yaml'), 'allow: [127.0.0.1]\n');
    const again = await join();
    expect([again.code, again.output]).toEqual([
      0,
      expect.stringMatching(/keep Node 24[^]*keep .*policy\.yaml unchanged/),
    ]);
    const byItself = await paste(`${at('usr/lib/icmp-mon/icmpmon-agent')} join --yes --root ${root}`);
    expect([byItself.code, inodes()]).toEqual([0, before]);
    expect(readFileSync(at('etc/icmp-mon/policy.yaml'), 'utf8')).toBe('allow: [127.0.0.1]\n');

    const other = await join({ name: 'ber-1' });
    expect([other.code, other.output]).toEqual([1, expect.stringContaining('is already the agent fra-1')]);

    const removed = await paste(`sh ${at('usr/lib/icmp-mon/join.sh')} --uninstall --yes --root ${root}`);
    expect(removed).toEqual({ code: 0, output: expect.stringContaining('fra-1 until you retire it') });
    expect(installed()).toEqual([]);
  });

  it.each(['it\'s $(id) `id` "x" \\ ;', 'a  b', 'Zürich 東京', '%s\\n', '!!'])(
    'writes a setting unchanged for shell and systemd: %s',
    async (text) => {
      // Node is unpacked only for the first of them.
      root = path.join(scratch, 'settings');
      expect((await join({ provider: text })).code).toBe(0);
      const env = readFileSync(at('etc/icmp-mon/agent.env'), 'utf8');
      // Characters that systemd unescapes between double quotes: " \ ` and $.
      const [, written = ''] = /^ICMPMON_AGENT_PROVIDER="(.*)"$/m.exec(env) ?? [];
      expect(written.replace(/\\(["\\`$])/g, '$1')).toBe(text);
      const { stdout } = await run('/bin/sh', [
        '-c',
        `. ${at('etc/icmp-mon/agent.env')}; printf %s "$ICMPMON_AGENT_PROVIDER"`,
      ]);
      expect(stdout).toBe(text);
    },
  );

  it.each([
    [{ provider: 'a\nICMPMON_X="y"' }, /contains a control character/],
    [{ name: 'fra;id' }, /letters, digits, dots and hyphens/],
    [{ allow: ['10.0.0.0/8"\nstopped: true'] }, /control character/],
    [{ allow: ['$(id)'] }, /"\$\(id\)" is not a range/],
    [{ allow: ['*'] }, /"\*" is not a range/],
    [{ region: '' }, /ICMPMON_JOIN_REGION is missing/],
  ])('rejects settings that no portal creates: %j', async (settings, reason) => {
    const { code, output } = await join(settings);
    expect([code, output]).toEqual([1, expect.stringMatching(reason)]);
    expect(installed()).toEqual([]);
  });

  it.each(['/', '//', 'relative', "''"])('rejects %s as the root folder of another machine', async (folder) => {
    const { code, output } = await paste(`${line()} --yes --root ${folder}`);
    expect([code, output]).toEqual([1, expect.stringContaining('--root needs the absolute path of a folder')]);
  });

  it('rejects a range that the agent would reject, and installs nothing', async () => {
    const { code, output } = await join({ allow: ['10.0.0.0/99'] });
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/"10\.0\.0\.0\/99" is not a range[^]*No file was installed/),
    ]);
    expect(installed()).toEqual([]);
  });

  it.each(['agent.js', 'join.sh', 'agent.service', 'node'])(
    'installs nothing when the checksum of %s is wrong',
    async (name) => {
      const [file = ''] = readdirSync(kitDir).filter(
        (each) => each.startsWith(name) && !(name === 'agent.js' && each !== name),
      );
      const target = path.join(kitDir, file);
      if (name === 'node') unlinkSync(target);
      writeFileSync(target, name === 'node' ? 'not Node' : `${readFileSync(target, 'utf8')}\n# changed\n`);
      const { code, output } = await join();
      expect([code, output]).toEqual([
        1,
        expect.stringMatching(/the SHA-256 of \S+ is [0-9a-f]{64} instead of [0-9a-f]{64}[^]*Nothing was installed/),
      ]);
      expect(installed()).toEqual([]);
    },
  );

  describe('when the kit has Node only for another architecture', () => {
    const bin = (): string => path.join(scratch, 'bin');

    beforeEach(() => {
      const list = path.join(kitDir, 'SHA256SUMS');
      writeFileSync(list, readFileSync(list, 'utf8').replaceAll(/node-linux-\w+\.gz/g, 'node-linux-riscv64.gz'));
      rmSync(bin(), { recursive: true, force: true });
      mkdirSync(bin());
    });

    it('reports both architectures, and what to do', async () => {
      writeFileSync(path.join(bin(), 'node'), '#!/bin/sh\necho v20.1.0\n', { mode: 0o755 });
      const { code, output } = await paste(`${line()} --yes --root ${root}`, { PATH: `${bin()}:${NORMAL_PATH}` });
      expect([code, output]).toEqual([
        1,
        expect.stringMatching(/has Node 24 only for riscv64, and this machine is \w+\./),
      ]);
      expect(installed()).toEqual([]);
    });

    it('uses the Node 24 of the machine', async () => {
      symlinkSync(process.execPath, path.join(bin(), 'node'));
      const { code, output } = await paste(`${line()} --yes --root ${root}`, { PATH: `${bin()}:${NORMAL_PATH}` });
      expect([code, output]).toEqual([0, expect.stringContaining(`use the Node 24 of this machine (${bin()}/node)`)]);
      expect(readlinkSync(at('usr/lib/icmp-mon/node'))).toBe(path.join(bin(), 'node'));
    });
  });

  it('does nothing at a gateway of another installation', async () => {
    const { code, output } = await join({ caSha256: 'ab'.repeat(32) });
    expect([code, output]).toEqual([1, expect.stringContaining('is unreachable or belongs to another installation')]);
    expect(installed()).toEqual([]);
  });

  it('reads no more from an unverified server than the size of a certificate', async () => {
    const { key, cert } = await fixture.ca.issueServerCredentials(['127.0.0.1']);
    const piece = Buffer.alloc(64 * 1024, 'A\n');
    let left = 2_000;
    const server = createServer({ key, cert }, (_request, response) => {
      const more = (): void => {
        while (left-- > 0) if (!response.write(piece)) return void response.once('drain', more);
        response.end();
      };
      more();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, output } = await join({ enrolUrl: `https://127.0.0.1:${port}` });
    server.close();
    expect([code, output]).toEqual([1, expect.stringContaining('belongs to another installation')]);
    expect(left).toBeGreaterThan(1_000);
  });

  it('installs once when pasted several times concurrently', async () => {
    const ended = await Promise.all([join(), join(), join()]);
    // A late one finds everything installed.
    expect(ended.some(({ code }) => code === 0)).toBe(true);
    for (const { code, output } of ended.filter((each) => each.code !== 0)) {
      expect([code, output]).toEqual([1, expect.stringContaining('another join command is running on this machine')]);
    }
    expect(installed()).toEqual(FILES);
    expect((await run(at('usr/lib/icmp-mon/node'), ['--version'])).stdout).toMatch(/^v24\./);
  });

  it('reports the file whose download failed', async () => {
    unlinkSync(path.join(kitDir, 'agent.service'));
    const { code, output } = await join();
    expect([code, output]).toEqual([1, expect.stringMatching(/downloading agent\.service from \S+ failed/)]);
    expect(installed()).toEqual([]);
  });
});
