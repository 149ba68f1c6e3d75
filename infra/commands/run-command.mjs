import { callWith, UsageError } from '../../libs/platform/command-line/definition.mjs';
import { helpOf } from '../../libs/platform/command-line/help.mjs';
import { nearest } from '../../libs/platform/command-line/nearest.mjs';
import { readCommandLine } from '../../libs/platform/command-line/read-command-line.mjs';
import { codeOf } from '../error-text.mjs';
import { fail, print } from '../output.mjs';
import { checkSystem } from '../setup.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */
/** @typedef {import('../../libs/platform/command-line/invocation.mjs').Invocation} Invocation */

/**
 * Runs a script of package.json. Prints the help, or rejects a wrong command line, before anything else happens.
 * @param {Command} script
 * @param {(asked: Invocation) => void | number | undefined | Promise<number | void | undefined>} action resolves with the exit code, 0 unless set
 */
export async function runCommand(script, action, argv = process.argv.slice(2)) {
  try {
    const asked = readCommandLine(script, argv);
    if (asked.asksForHelp) return printHelp(asked);
    refuseKeptByNpm(asked);
    checkSystem();
    const code = await action(asked);
    if (code) process.exitCode = code;
  } catch (error) {
    fail(error);
  }
}

/** @param {Invocation} asked */
function printHelp({ path }) {
  // `head` or a pager that was closed reads no more.
  process.stdout.on('error', (error) => process.exit(codeOf(error) === 'EPIPE' ? 0 : 1));
  print(helpOf(path));
}

/** Options that npm has as well: one that is set in npm's configuration may be meant for npm. */
const NPM_OWN = ['yes', 'json', 'only', 'force'];
const SET_BY_NPM = 'npm_config_';

/**
 * Rejects `npm start --detach`, which reaches npm and not the command: npm takes every option before `--`, even a misspelt one, and
 * passes it on as an environment variable.
 * @param {Invocation} asked
 */
function refuseKeptByNpm({ path }, environment = process.env) {
  const [script] = path;
  if (environment['npm_lifecycle_event'] !== script.name) return;
  const names = (path[path.length - 1].options ?? []).filter(({ hidden }) => !hidden).map(({ name }) => name);
  const own = names.filter((name) => !NPM_OWN.includes(name));
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(SET_BY_NPM) || !value) continue;
    const kept = variable.slice(SET_BY_NPM.length).replaceAll('_', '-');
    const meant = nearest(kept, own);
    if (!meant) continue;
    throw new UsageError(
      `npm took --${kept} for itself: put options after "--".\nUse: ${callWith(path, `--${meant}`)}`,
    );
  }
}
