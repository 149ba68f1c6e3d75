import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../error-text.mjs';
import { Refusal } from '../output.mjs';
import { linesOf } from './scenario-lines.mjs';
import { NAME, ScenarioReader } from './scenario-reader.mjs';

/** @typedef {import('./engine/world-plan.mjs').WorldPlan} WorldPlan */
/** @typedef {import('./engine/faults.mjs').Fault} Fault */
/** @typedef {{ name: string, purpose: string, seed: number, durationS: number, repeat: boolean, world: WorldPlan, closed: ClosedPorts | null, timeline: Fault[], parts: Part[] }} Scenario */
/** @typedef {{ name: string, fromS: number }} Part a scenario within a timeline */
/** @typedef {{ ports: number[], targets: import('./engine/faults.mjs').TargetSelector }} ClosedPorts ports that must not answer */

const scenariosDir = fileURLToPath(new URL('scenarios/', import.meta.url));

/** Returns the names of the scenarios that come with the product. */
export const scenarioNames = () =>
  readdirSync(scenariosDir)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();

/**
 * Returns the purpose of a scenario that comes with the product. Needs no package, so that a new clone can list them.
 * @param {string} name
 */
export const purposeOf = (name) =>
  /^purpose: (.+)$/m.exec(readFileSync(join(scenariosDir, `${name}.yaml`), 'utf8'))?.[1] ?? '';

/**
 * Reads a scenario by its name, or from a file.
 * @param {string} nameOrFile
 * @throws Refusal that lists everything that is wrong with it
 */
export async function readScenario(nameOrFile) {
  const shipped = join(scenariosDir, `${nameOrFile}.yaml`);
  const file = NAME.test(nameOrFile) && existsSync(shipped) ? shipped : nameOrFile;
  if (!existsSync(file))
    throw new Refusal(`${nameOrFile} is not a file and not a scenario. Scenarios: ${scenarioNames().join(', ')}.`);
  return parseScenario(readFileSync(file, 'utf8'), file);
}

/**
 * @param {string} text YAML
 * @param {string} file for messages
 * @returns {Promise<Scenario>}
 */
export async function parseScenario(text, file) {
  const { LineCounter, parseDocument } = await import('yaml');
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const lines = linesOf(document, counter);
  const reader = new ScenarioReader();
  const scenario = reader.scenario(contentOf(document, file));
  if (reader.problems.length > 0) {
    const problems = reader.problems.map(({ path, text: problem }) => `line ${lines(path)}: ${problem}`);
    throw new Refusal(`${file} is not a valid scenario:\n  ${problems.join('\n  ')}`);
  }
  return scenario;
}

/**
 * @param {import('yaml').Document.Parsed} document
 * @param {string} file
 */
function contentOf(document, file) {
  const [error] = document.errors;
  if (error) throw new Refusal(`${file} is not valid YAML: ${error.message}`);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (failed) {
    throw new Refusal(`${file} is not valid YAML: ${messageOf(failed)}`);
  }
}

/** Name of all shipped scenarios that do not repeat, together. */
const ALL = 'all';
/** Time between two scenarios of `all`, in s: statuses recover, and agents that were cut off are connected again. */
const GAP_S = 25;

/**
 * Returns one scenario that plays others one after the other, in the world of the first one.
 * @param {Scenario[]} scenarios
 * @returns {Scenario}
 */
export function joinScenarios(scenarios, name = ALL) {
  /** @type {Part[]} */
  const parts = [];
  /** @type {Fault[]} */
  const timeline = [];
  let fromS = 0;
  for (const { name: part, durationS, timeline: faults } of scenarios) {
    parts.push({ name: part, fromS });
    for (const fault of faults) timeline.push({ ...fault, at: fault.at + fromS, name: `${part} ${fault.name}` });
    fromS += durationS + GAP_S;
  }
  const purpose = `${scenarios.length} scenarios, one after the other.`;
  // One tier has the ports: they are probed in all scenarios, and none but its own may open them.
  const closed = scenarios.find((scenario) => scenario.closed)?.closed ?? null;
  return { ...scenarios[0], name, purpose, durationS: fromS - GAP_S, repeat: false, closed, timeline, parts };
}

/**
 * Reads a scenario by its name or from a file, several names with commas between them as one, or all shipped ones that do not repeat.
 * @param {string} asked
 */
export async function readScenarios(asked) {
  const names = asked === ALL ? scenarioNames() : asked.split(',');
  if (names.length === 1) return readScenario(asked);
  const scenarios = await Promise.all(names.map(readScenario));
  const repeating = scenarios.find(({ repeat }) => repeat);
  if (asked === ALL) return joinScenarios(scenarios.filter(({ repeat }) => !repeat));
  if (repeating) throw new Refusal(`${repeating.name} repeats until Ctrl-C: it cannot be one of several scenarios.`);
  const [first, ...others] = scenarios;
  const other = others.find(({ world }) => JSON.stringify(world) !== JSON.stringify(first.world));
  if (other) throw new Refusal(`${other.name} has another world than ${first.name}: run it by itself.`);
  return joinScenarios(scenarios, scenarios.map(({ name }) => name).join('+'));
}
