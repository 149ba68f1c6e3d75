// npm run lab: a simulated internet with real agents, next to the running product.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lab as definition } from './commands/lab.mjs';
import { runCommand } from './commands/run-command.mjs';
import { whyNoNamespaces } from './lab/network.mjs';
import { ALL, purposeOf, readAll, readScenario, scenarioNames } from './lab/scenario.mjs';
import { isRoot } from './owner.mjs';
import { stateDir } from './paths.mjs';
import { readJson } from './private-file.mjs';
import { filesOf } from './product.mjs';
import { Refusal, print } from './output.mjs';
import { setUp } from './setup.mjs';
import { isReady } from './supervisor.mjs';

const DEFAULT_SCENARIO = 'living-network';
const INTERVAL_S = 5;

await runCommand(definition, async (asked) => {
  if (asked.flag('list')) return list();
  if (!isRoot()) throw new Refusal('The lab creates network namespaces and needs root. Use: sudo npm run lab');
  await setUp(import.meta.url, { provider: 'none', commands: ['fping', 'nft', 'ip', 'python3', 'sysctl'] });
  const name = asked.text('scenario') ?? DEFAULT_SCENARIO;
  const scenario = name === ALL ? await readAll() : await readScenario(name);
  const reason = whyNoNamespaces();
  if (reason)
    throw new Refusal(
      `A lab is not possible here: ${reason}. It needs a Linux machine or virtual machine, not a restricted container.`,
    );
  if (!isReady(filesOf(stateDir).state)) await startProduct();
  return run(scenario, {
    intervalS: asked.number('interval') ?? INTERVAL_S,
    keepData: asked.flag('keep'),
    json: asked.flag('json'),
  });
});

function list() {
  for (const name of scenarioNames()) print(`${name.padEnd(20)} ${purposeOf(name)}`);
}

/** Starts the product in the background, as `npm start -- --detach` does. */
function startProduct() {
  print('ICMP-Mon is not running here: starting it.');
  const script = fileURLToPath(new URL('start.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, '--detach'], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(undefined) : reject(new Refusal('The lab needs a running product.')),
    );
  });
}

/**
 * @param {import('./lab/scenario.mjs').Scenario} scenario
 * @param {{ intervalS: number, keepData: boolean, json: boolean }} options
 */
async function run(scenario, { intervalS, keepData, json }) {
  const { Lab } = await import('./lab/lab.mjs');
  const { scoreText } = await import('./lab/score.mjs');
  const access = readJson(join(stateDir, 'access.json'));
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stopped.abort());
  const lab = new Lab({ scenario, access, productDir: stateDir, intervalS, report: print, signal: stopped.signal });
  print(`${scenario.name}: ${scenario.purpose}`);
  try {
    const up = await lab.start();
    print(`${up} of ${lab.world.targets.length} targets are up. Portal: ${access.portalUrl}`);
    if (scenario.repeat) print('The scenario repeats until Ctrl-C.');
    do {
      const scores = await lab.playOnce();
      print(`\nWhat the product reported, against the truth (${lab.truthFile}):`);
      for (const { name, score } of scores) {
        print(name);
        for (const line of scoreText(score)) print(`  ${line}`);
        if (json) print(JSON.stringify({ scenario: name, ...score }));
      }
      print('');
    } while (scenario.repeat);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
  } finally {
    print(
      keepData ? 'Removing the namespaces of the lab ...' : 'Removing namespaces, targets and agents of the lab ...',
    );
    await lab.close({ keepData });
  }
}
