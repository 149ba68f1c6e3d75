import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isRoot } from './owner.mjs';
import { nodeBinary, runtimeDir } from './paths.mjs';
import { commandsOf, needsRoot } from './providers/index.mjs';
import { installPackages, packagesInstalled } from './provision/node-modules.mjs';
import { hasCommand, installMissing, missingCommands } from './provision/system-packages.mjs';
import { Refusal, print } from './output.mjs';

const announced = 'ICMPMON_SETUP_ANNOUNCED';
const oldestNodeMajor = 20;
const productNodeMajor = 24;
const nodeMajor = Number(process.versions.node.split('.')[0]);

/** Throws a Refusal on systems that cannot run the product, before anything is changed. */
export function checkSystem({ platform = process.platform, major = nodeMajor } = {}) {
  if (platform !== 'linux') {
    throw new Refusal(
      `ICMP-Mon runs on Linux; this is ${platform}. Use a Linux machine; a virtual machine is sufficient.`,
    );
  }
  if (major < oldestNodeMajor) {
    throw new Refusal(`Node ${process.versions.node} is too old: install Node ${oldestNodeMajor} or later.`);
  }
}

/**
 * Prepares the machine: npm packages, Node 24, system packages. Prints first what it will do. `entry` is the calling script's
 * import.meta.url. The script is started again on Node 24 (and as root with sudo, where the provider needs it); then this function
 * never returns, and the process exits with the exit code of the new one.
 * @param {string} entry
 * @param {{ provider: string, commands: string[] }} of
 */
export async function setUp(entry, { provider, commands }) {
  const wanted = [...commandsOf(provider), ...commands];
  const asRoot = isRoot();
  const rootIsNeeded = !asRoot && (needsRoot(provider) || missingCommands(wanted).length > 0);
  announce(provider, wanted, rootIsNeeded);
  await installPackages(print);
  if (rootIsNeeded) {
    if (!hasCommand('sudo')) throw new Refusal('This needs root or sudo. Run it as root, or use a Docker engine.');
    return passOn('sudo', ['env', ...keptVariables(), productNode(), fileURLToPath(entry), ...process.argv.slice(2)]);
  }
  if (nodeMajor !== productNodeMajor && existsSync(nodeBinary)) {
    return passOn(nodeBinary, [fileURLToPath(entry), ...process.argv.slice(2)]);
  }
  await installMissing(wanted, print);
}

/**
 * @param {string} provider
 * @param {string[]} wanted
 * @param {boolean} rootIsNeeded
 */
function announce(provider, wanted, rootIsNeeded) {
  // Already printed by the process that started this one.
  if (process.env[announced]) return;
  process.env[announced] = 'yes';
  const steps = [];
  const missing = missingCommands(wanted);
  if (!packagesInstalled()) steps.push('install the locked npm packages, including Node 24 (into node_modules)');
  if (missing.length > 0) steps.push(`install missing commands with apt: ${missing.join(', ')}`);
  if (provider === 'local' && !existsSync(runtimeDir)) {
    steps.push('download Kafka, PostgreSQL 17 with TimescaleDB, and Valkey (800 MB into .icmp-mon)');
  }
  if (rootIsNeeded) steps.push('continue as root with sudo, for the system packages and the database processes');
  if (steps.length > 0) print(`This will:\n${steps.map((step) => `  - ${step}`).join('\n')}\n`);
}

const productNode = () => (existsSync(nodeBinary) ? nodeBinary : process.execPath);

function keptVariables() {
  const kept = Object.entries(process.env).filter(([name]) => name === 'PATH' || name.startsWith('ICMPMON_'));
  return kept.map(([name, value]) => `${name}=${value}`);
}

/**
 * Runs another process in place of this one and exits with its exit code; forwards signals, so that it can stop in order.
 * @param {string} command
 * @param {string[]} args
 */
function passOn(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  // Ctrl-C in the terminal reaches both processes; a signal from elsewhere reaches only this one.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  return new Promise((_, reject) => {
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once('exit', (code, signalName) => process.exit(signalName ? 1 : code));
  });
}
