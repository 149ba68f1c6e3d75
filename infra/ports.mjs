import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { codeOf } from './error-text.mjs';
import { readJson, writePrivateJson } from './private-file.mjs';
import { Refusal } from './output.mjs';

const loopback = '127.0.0.1';

// Below the ephemeral ports: otherwise the kernel could give a client that reconnects to a stopped server the server's own port as its
// local port.
const lowestPort = 20_000;
const highestPort = 32_000;

/** Returns a free TCP port on loopback that is not in `taken`. */
export async function freePort(taken = new Set()) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(lowestPort, highestPort);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Refusal(`Found no free TCP port between ${lowestPort} and ${highestPort} on 127.0.0.1.`);
}

/** @param {number} port */
export async function isFree(port) {
  try {
    await bind(port);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE' || codeOf(error) === 'EACCES') return false;
    throw error;
  }
}

/** @param {number} port */
function bind(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: loopback }, () => {
      const bound = server.address();
      server.close(() =>
        bound !== null && typeof bound === 'object' ? resolve(bound.port) : reject(new Error('no TCP address')),
      );
    });
  });
}

/**
 * Returns ports by name, the same at every start: they are recorded in `file`, and only a port that another process took meanwhile is
 * replaced.
 * @param {string} file
 * @param {string[]} names
 * @returns {Promise<Record<string, number>>}
 */
export async function stablePorts(file, names) {
  const recorded = readJson(file) ?? {};
  /** @type {Record<string, number>} */
  const ports = {};
  const others = Object.entries(recorded).filter(([name]) => !names.includes(name));
  const taken = new Set(others.map(([, port]) => port));
  for (const name of names) {
    const before = recorded[name];
    const keep = Number.isInteger(before) && !taken.has(before) && (await isFree(before));
    ports[name] = keep ? before : await freePort(taken);
    taken.add(ports[name]);
  }
  writePrivateJson(file, { ...recorded, ...ports });
  return ports;
}

/**
 * Returns the port that the variable sets, otherwise the default; for 0 any free port.
 * @param {string} variable
 * @param {number} defaultPort
 * @param {string} purpose
 * @throws Refusal naming the port, the process that listens on it (when the system shows it) and the variable that changes it
 */
export async function fixedPort(variable, defaultPort, purpose, environment = process.env) {
  const text = environment[variable] ?? String(defaultPort);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new Refusal(`${variable}=${text} is not a port. Give a number from 0 to 65535 (0: any free port).`);
  }
  if (port === 0) return freePort();
  if (await isFree(port)) return port;
  const holder = holderOf(port);
  throw new Refusal(
    `Port ${port} (${purpose}) is taken by ${holder ?? 'a process that is not visible to this user'}. ` +
      `Stop it, or choose another port: ${variable}=<port> npm start (0: any free port).`,
  );
}

/**
 * Returns the process that listens on the TCP port, such as "nginx (pid 812)"; undefined when it cannot be found.
 * @param {number} port
 */
export function holderOf(port) {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (holdsSocket(pid, inodes)) return `${nameOf(pid)} (pid ${pid})`;
  }
  return undefined;
}

/** @param {number} port */
function listeningInodes(port) {
  const listening = '0A';
  const portHex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOrEmpty(table).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === listening && fields[1]?.endsWith(`:${portHex}`)) inodes.add(fields[9]);
    }
  }
  return inodes;
}

/**
 * @param {string} pid
 * @param {Set<string>} inodes
 */
function holdsSocket(pid, inodes) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOrEmpty(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch (error) {
    // A process may exit during the scan, and processes of other users hide their files.
    if (['ENOENT', 'EACCES', 'EPERM', 'ESRCH'].includes(codeOf(error))) return false;
    throw error;
  }
}

/** @param {string} pid */
function nameOf(pid) {
  return readOrEmpty(`/proc/${pid}/comm`).trim() || 'a process';
}

/** @param {string} path */
function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} path */
function linkOrEmpty(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
