import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildApp } from '../build.mjs';
import { Refusal } from '../output.mjs';
import { distDir, nodeBinary, stateDir } from '../paths.mjs';
import { readJson } from '../private-file.mjs';
import { filesOf } from '../product.mjs';

/**
 * Runs the client on the installation of this folder, with its address and its own API key. Returns the exit code.
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export async function runClient(args) {
  const { apiUrl, apiKey } = readJson(filesOf(stateDir).access) ?? {};
  if (!apiUrl || !apiKey)
    throw new Refusal('access.json has no address or API key. Start the product again: npm start -- --detach');
  await buildApp('client', (line) => process.stderr.write(`${line}\n`));
  const child = spawn(nodeBinary, [join(distDir, 'apps/client/icmpmon.mjs'), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ICMPMON_URL: apiUrl, ICMPMON_API_KEY: apiKey, ICMPMON_CALLED_AS: 'npm run icmpmon --' },
  });
  // Ctrl-C reaches the client as well, which prints what continues on the server.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
