import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { giveToOwner } from './owner.mjs';
import { distDir, rootDir } from './paths.mjs';
import { writePublicText } from './private-file.mjs';

/** Files that a machine needs to become an agent; the gateway serves them. */
export const kitDir = join(distDir, 'agent-kit');

const listName = 'SHA256SUMS';
/** Architectures for which the locked npm packages may include Node. */
const architectures = ['x64', 'arm64'];
const bytesPerMb = 1_000_000;

/**
 * Rebuilds the agent kit where a part of it changed: the agent, its installer and systemd unit, Node for each architecture that
 * node_modules holds, and SHA256SUMS, whose comments name the versions. SHA256SUMS is written last, by a rename.
 * @param {(line: string) => void} report
 */
export async function buildAgentKit(
  report,
  { from = rootDir, agent = join(distDir, 'apps/agent/main.js'), to = kitDir } = {},
) {
  if (!existsSync(agent)) return;
  const startedMs = performance.now();
  mkdirSync(to, { recursive: true });
  giveToOwner(to);
  const before = readList(to);
  /** @type {Map<string, string>} */
  const sums = new Map();
  const { version } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const comments = [`agent ${version}`];
  const plain = {
    'agent.js': agent,
    'agent.service': join(from, 'packaging/agent.service'),
    'join.sh': join(from, 'packaging/join.sh'),
  };
  for (const [name, source] of Object.entries(plain)) {
    replace(join(to, name), (partial) => copyFileSync(source, partial));
    sums.set(name, await sha256(join(to, name)));
  }
  for (const { name, version: node, binary } of nodes(from)) {
    const file = join(to, name);
    const isKept = existsSync(file) && before.comments.includes(`node ${node}`) && before.sums.has(name);
    if (!isKept) await compress(binary, file);
    sums.set(name, isKept ? String(before.sums.get(name)) : await sha256(file));
    comments.push(`${name} ${Math.round(statSync(file).size / bytesPerMb)}`);
    if (!comments.includes(`node ${node}`)) comments.push(`node ${node}`);
  }
  const text = [...comments.map((line) => `# ${line}`), ...[...sums].map(([name, sum]) => `${sum}  ${name}`), ''].join(
    '\n',
  );
  if (text === before.text) return;
  writePublicText(join(to, listName), text);
  report(`Built the agent kit in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

/**
 * Returns the Node binaries that the locked packages installed.
 * @param {string} from
 */
function nodes(from) {
  return architectures.flatMap((architecture) => {
    const dir = join(from, 'node_modules', `node-linux-${architecture}`);
    const binary = join(dir, 'bin/node');
    if (!existsSync(binary)) return [];
    const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    return [{ name: `node-linux-${architecture}.gz`, version: String(version), binary }];
  });
}

/** @param {string} dir */
function readList(dir) {
  const file = join(dir, listName);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text.split('\n');
  const comments = lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2));
  const sums = new Map(
    lines.flatMap((line) => {
      const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      return sum === undefined || name === undefined ? [] : [/** @type {[string, string]} */ ([name, sum])];
    }),
  );
  return { text, comments, sums };
}

/**
 * @param {string} binary
 * @param {string} file
 */
async function compress(binary, file) {
  const partial = partialOf(file);
  await pipeline(createReadStream(binary), createGzip(), createWriteStream(partial, { mode: 0o644 }));
  giveToOwner(partial);
  renameSync(partial, file);
}

/**
 * @param {string} file
 * @param {(partial: string) => void} write
 */
function replace(file, write) {
  const partial = partialOf(file);
  rmSync(partial, { force: true });
  write(partial);
  giveToOwner(partial);
  renameSync(partial, file);
}

/** @param {string} file */
const partialOf = (file) => `${file}.${process.pid}.partial`;

/** @param {string} file */
async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
