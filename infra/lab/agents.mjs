import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appUsers, commandAs, giveFolder } from '../app-users.mjs';
import { neededByApps } from '../apps.mjs';
import { Refusal } from '../output.mjs';
import { distDir, nodeBinary, rootDir } from '../paths.mjs';
import { writePrivateText } from '../private-file.mjs';
import { RANGES } from './engine/world-plan.mjs';

/** @typedef {import('./engine/world.mjs').Vantage} Vantage */

const HEAP_MB = 192;
const OPS_PORT = 9_464;
const GATEWAY_HOST = '127.0.0.1';
const TOKEN_VALID_S = 3_600;

/** Tag of the lab's agents: the lab's tier selects agents by it, so that others probe none of its targets. */
export const AGENT_TAG = { lab: 'yes' };

const policy = `# Written by npm run lab: its agents probe addresses of the lab only.
allow:
  - ${RANGES.targets}
  - ${RANGES.targets6}
`;

/**
 * Starts a real agent of the product in each vantage point's namespace. Each enrols with a token of its own region and provider.
 * @param {object} of
 * @param {Vantage[]} of.vantages
 * @param {string[]} of.namespaces by vantage point
 * @param {string} of.dir folder of the lab; the agents' state and logs are below it
 * @param {string} of.productDir
 * @param {import('../demo/product.mjs').Api} of.api
 * @param {(pid: number | undefined) => void} of.started
 */
export async function startAgents({ vantages, namespaces, dir, productDir, api, started }) {
  // A lab begins with new agents: the former ones are retired.
  rmSync(join(dir, 'agents'), { recursive: true, force: true });
  // The agents' user passes through this folder to its own ones.
  mkdirSync(join(dir, 'agents'), { recursive: true, mode: 0o755 });
  const user = appUsers(productDir, [productDir, ...neededByApps()]).users.agent;
  for (const vantage of vantages) {
    const { name, region, provider } = vantage;
    const body = { agentName: name, region, provider, tags: AGENT_TAG, uses: 1, validForS: TOKEN_VALID_S };
    const { token, enrolUrl } = await api.call('POST', '/enrolment-tokens', body);
    if (new URL(enrolUrl).hostname !== GATEWAY_HOST) {
      throw new Refusal(
        `Agents enrol at ${enrolUrl}, which cannot be reached from the lab: it forwards ${GATEWAY_HOST} only. ` +
          'Run the lab next to an installation without ICMPMON_PUBLIC_ENROL_URL and ICMPMON_PUBLIC_GATEWAY_URL.',
      );
    }
    const stateDir = join(dir, 'agents', name);
    mkdirSync(stateDir, { mode: 0o700 });
    writePrivateText(join(stateDir, 'policy.yaml'), policy);
    const environment = {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      ICMPMON_AGENT_ENROL_URL: enrolUrl,
      ICMPMON_AGENT_ENROL_TOKEN: token,
      ICMPMON_AGENT_CA_FILE: join(productDir, 'ca/ca.crt'),
      ICMPMON_AGENT_NAME: name,
      ICMPMON_AGENT_REGION: region,
      ICMPMON_AGENT_PROVIDER: provider,
      ICMPMON_AGENT_STATE_DIR: stateDir,
      ICMPMON_AGENT_POLICY_FILE: join(stateDir, 'policy.yaml'),
      // Each namespace has its own ports.
      ICMPMON_OPS_PORT: String(OPS_PORT),
    };
    giveFolder(stateDir, user, 0o700);
    const log = openSync(join(dir, 'agents', `${name}.log`), 'w', 0o640);
    const child = spawn('ip', ['netns', 'exec', namespaces[vantage.index], ...agentCommand(user)], {
      ...{ cwd: rootDir, env: environment, stdio: ['ignore', log, log] },
    });
    closeSync(log);
    started(child.pid);
  }
}

/**
 * Returns the command of an agent, as the user of the product's own agent: `ip` needs root, the agent only raw sockets.
 * @param {import('../app-users.mjs').AppUser} user
 */
function agentCommand(user) {
  const own = [`--max-old-space-size=${HEAP_MB}`, '--enable-source-maps', join(distDir, 'apps/agent/main.js')];
  const { command, args } = commandAs(user, nodeBinary, own, { rawSockets: true });
  return [command, ...args];
}

/**
 * Retires the lab's agents in the product, so that they do not count as lost.
 * @param {import('../demo/product.mjs').Api} api
 * @param {Vantage[]} vantages
 */
export async function retireAgents(api, vantages) {
  const names = new Set(vantages.map(({ name }) => name));
  for (const { id, name } of (await api.get('/agents')).items) {
    if (names.has(name)) await api.call('POST', `/agents/${id}/retire`, { reason: 'The lab ended.', force: true });
  }
}
