// npm run lab: a simulated internet with real agents, next to the running product.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EXIT_DIFFERS, lab as definition } from './commands/lab.mjs';
import { runCommand } from './commands/run-command.mjs';
import { readAccess } from './demo/product.mjs';
import { stopInstallation, stoppedText } from './installation.mjs';
import { whyNoNamespaces } from './lab/network.mjs';
import { purposeOf, readScenarios, scenarioNames } from './lab/scenario.mjs';
import { isRoot } from './owner.mjs';
import { stateDir } from './paths.mjs';
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
  const scenario = await readScenarios(name);
  const reason = whyNoNamespaces();
  if (reason)
    throw new Refusal(
      `A lab is not possible here: ${reason}. ` +
        'It needs namespaces and TUN devices: a Linux machine or virtual machine, not a restricted container.',
    );
  const isStarted = !isReady(filesOf(stateDir).state);
  if (isStarted) await startProduct();
  try {
    return await run(scenario, {
      intervalS: asked.number('interval') ?? INTERVAL_S,
      keepData: asked.flag('keep'),
      json: asked.flag('json'),
    });
  } finally {
    if (isStarted && !asked.flag('keep')) {
      print('Stopping ICMP-Mon, which the lab has started; its data stay. npm start runs it by itself.');
      print(stoppedText(await stopInstallation(stateDir)));
    }
  }
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
 * Plays the scenario next to the running product. Returns the exit code.
 * @param {import('./lab/scenario.mjs').Scenario} scenario
 * @param {{ intervalS: number, keepData: boolean, json: boolean }} options
 */
async function run(scenario, { intervalS, keepData, json }) {
  const { Lab } = await import('./lab/lab.mjs');
  const access = readAccess(filesOf(stateDir).access);
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stopped.abort());
  const lab = new Lab({ scenario, access, productDir: stateDir, intervalS, report: print, signal: stopped.signal });
  print(`${scenario.name}: ${scenario.purpose}`);
  let differs = false;
  try {
    const up = await lab.start();
    print(`${up} of ${lab.world.targets.length} targets are up.`);
    printWhatToLookAt(access.portalUrl);
    if (scenario.repeat) print('The scenario repeats until Ctrl-C.');
    do {
      const { differences } = await playOnce(lab, json);
      differs ||= differences > 0;
    } while (scenario.repeat);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
  } finally {
    await lab.close({ keepData });
  }
  return differs ? EXIT_DIFFERS : 0;
}

/** @param {string} portalUrl */
function printWhatToLookAt(portalUrl) {
  print(`  Dashboard     ${portalUrl}/`);
  print(`  Down targets  ${portalUrl}/targets?status=down,degraded`);
  print(`  Open ports    ${portalUrl}/targets/validation`);
  print(`  Agents        ${portalUrl}/agents`);
  print(`  Log in with the user and password of ${filesOf(stateDir).access}`);
}

/**
 * Plays the timeline once, prints what the product reported against the truth, and keeps it.
 * @param {import('./lab/lab.mjs').Lab} lab
 * @param {boolean} json
 */
async function playOnce(lab, json) {
  const { differencesOf, reportOf } = await import('./lab/report.mjs');
  const { circumstances, keepResults } = await import('./lab/results-file.mjs');
  const at = new Date();
  const { results, counts, health } = await lab.playOnce();
  const lines = reportOf(results, { counts, health });
  const around = circumstances();
  print(`\nWhat the product reported, against the truth (${lab.truthFile}); ${around}:\n`);
  for (const line of lines) print(line);
  if (json) for (const result of results) print(JSON.stringify(result));
  const kept = { scenario: lab.scenario.name, at, circumstances: around, lines, results };
  print(`\nKept in ${keepResults(lab.dir, kept)}\n`);
  return { differences: results.flatMap(differencesOf).length };
}
