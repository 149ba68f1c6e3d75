import { EXIT_USAGE, helpOf, UsageError } from '@icmp-mon/platform/command-line';
import { KEY_ACTIONS } from './access/key-actions';
import { TOKEN_ACTIONS } from './access/token-actions';
import { SOURCE_ACTIONS } from './sources/source-actions';
import { USER_ACTIONS } from './access/user-actions';
import { AGENT_ACTIONS } from './agents/agent-actions';
import { PROBE_ACTIONS } from './probes/probe-actions';
import { Refusal } from './api/refusal';
import { CLIENT_VERSION } from './client-version';
import { client } from './commands/index.mjs';
import { CONFIG_ACTIONS } from './config/config-actions';
import { COMPLETION_ACTIONS } from './completion/completion-actions';
import { EVENT_ACTIONS } from './events/event-actions';
import { EVIDENCE_ACTIONS } from './evidence/evidence-actions';
import { HEALTH_ACTIONS } from './health-actions';
import { JOB_ACTIONS } from './jobs/job-actions';
import { LOGIN_ACTIONS } from './login/login-actions';
import { EXIT_INTERRUPTED } from './options';
import { AS_NUMBER_ACTIONS } from './paths/as-number-actions';
import { MAINTENANCE_ACTIONS } from './maintenance/maintenance-actions';
import { BASELINE_ACTIONS } from './baselines/baseline-actions';
import { PATH_ACTIONS } from './paths/path-actions';
import { Output, type OutputStreams } from './output/output';
import { HelpAsked, parseArguments } from './program';
import { type Actions, type Environment, Session } from './session';
import { TARGET_ACTIONS } from './targets/target-actions';
import { TIER_ACTIONS } from './tiers/tier-actions';

export const ACTIONS: Actions = {
  ...AGENT_ACTIONS,
  ...BASELINE_ACTIONS,
  ...PROBE_ACTIONS,
  ...COMPLETION_ACTIONS,
  ...CONFIG_ACTIONS,
  ...EVENT_ACTIONS,
  ...EVIDENCE_ACTIONS,
  ...HEALTH_ACTIONS,
  ...JOB_ACTIONS,
  ...KEY_ACTIONS,
  ...LOGIN_ACTIONS,
  ...MAINTENANCE_ACTIONS,
  ...AS_NUMBER_ACTIONS,
  ...PATH_ACTIONS,
  ...TARGET_ACTIONS,
  ...TIER_ACTIONS,
  ...TOKEN_ACTIONS,
  ...SOURCE_ACTIONS,
  ...USER_ACTIONS,
};

const EXIT_FAILED = 1;

export interface Surroundings {
  streams: OutputStreams;
  environment: Environment;
  signal: AbortSignal;
}

/** Runs one command line, and returns the exit code. Prints results to stdout, errors and progress to stderr. */
export async function runClient(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { streams, environment, signal } = surroundings;
  const output = new Output(streams, environment);
  try {
    return await runCommand(argv, output, environment, signal);
  } catch (error) {
    if (error instanceof HelpAsked) {
      await output.printLine(helpOf(error.path));
      return 0;
    }
    if (!signal.aborted || error instanceof Refusal) output.note(shownMessage(error));
    if (signal.aborted) return EXIT_INTERRUPTED;
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

async function runCommand(
  argv: readonly string[],
  output: Output,
  environment: Environment,
  signal: AbortSignal,
): Promise<number> {
  if (argv[0] === '--version') {
    await output.printLine(CLIENT_VERSION);
    return 0;
  }
  const asked = parseArguments(client, argv);
  const action = ACTIONS[asked.words];
  if (action === undefined) throw new Error(`The command ${asked.words} has no action.`);
  const session = new Session(asked, output, environment, signal);
  try {
    return (await action(session)) ?? 0;
  } finally {
    session.close();
  }
}

/** Returns only the message of a foreseen error, because it contains cause and remedy; the stack of any other. */
function shownMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof Refusal || error instanceof UsageError ? error.message : (error.stack ?? error.message);
}
