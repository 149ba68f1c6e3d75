import { settings } from './settings.mjs';

/** Exit code when the product reported something other than the truth. */
export const EXIT_DIFFERS = 3;

/** @type {import('../../libs/platform/command-line/definition.mjs').Command} */
export const lab = {
  name: 'lab',
  purpose:
    'Runs a simulated internet with real agents next to the product, and compares what the product reports with the truth.',
  details: [
    'Needs root and Linux. Starts the product if it is not running, and then stops it at the end. Creates network namespaces, one per agent, registers the targets of ' +
      'the scenario, plays its timeline of faults, and writes the truth to lab/truth.ndjson and the comparison to lab/results in the folder ' +
      'of the installation. At the end, ' +
      'also after Ctrl-C, it removes namespaces and targets and retires its agents: docs/how-to/lab.md.',
  ],
  options: [
    {
      name: 'scenario',
      value: 'name|file',
      text: 'a scenario that is listed by --list, several with commas between them, all of them that end, as "all", or a YAML file',
      default: 'living-network, which repeats until Ctrl-C',
    },
    { name: 'list', text: 'lists the scenarios' },
    { name: 'interval', value: 's', min: 2, max: 300, text: 'seconds between two probes of a target', default: 5 },
    {
      name: 'keep',
      text: 'keeps targets and agents in the product, and the product running, to look at their history',
    },
    { name: 'json', text: 'also prints the comparison as JSON, one object per line' },
  ],
  together: [['list'], ['scenario', 'interval', 'keep', 'json']],
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm run lab', 'npm run lab -- --list', 'npm run lab -- --scenario region-cut'],
  exits: {
    1: 'the lab is not possible here, or a part of it failed',
    [EXIT_DIFFERS]: 'the product reported something other than the truth; it is printed',
  },
};
