import { EXIT_USAGE, helpOf, type Invocation, readCommandLine, UsageError } from '@icmp-mon/platform/command-line';
import { PRODUCT_VERSION } from '@icmp-mon/platform/ops';
import { printable } from '@icmp-mon/platform/text';
import { awaitFirstResult } from '../first-result';
import { COMMAND_LINE } from './definition';
import { runDoctor } from './doctor-command';
import { freePort } from './free-port';
import { runJoin } from './join-command';
import { checkPolicy } from './policy-command';

/** Exit code upon which the installer shows the agent's log. */
const SILENT = 2;

/** Texts of the gateway and of files do not reach the terminal as commands; of several lines, such as a help, each is printed. */
const shown = (text: string): string => text.split('\n').map(printable).join('\n');
const print = (text: string): void => void process.stdout.write(`${shown(text)}\n`);

/** By the words of the command: prints its findings and returns an exit code. */
const COMMANDS: Record<string, (asked: Invocation) => number | Promise<number>> = {
  join: runJoin,
  doctor: (asked) => runDoctor(asked.flag('json')),
  'policy check': ({ args }) => checkPolicy(args[0]),
  version() {
    print(`icmpmon-agent ${PRODUCT_VERSION}, Node ${process.versions.node}`);
    return 0;
  },
  async 'free-port'() {
    print(String(await freePort()));
    return 0;
  },
  async 'await-first-result'({ args: [name = '', port = ''] }) {
    const { ok, text, isSilent } = await awaitFirstResult(name, Number(port), print);
    print(text);
    return ok ? 0 : isSilent ? SILENT : 1;
  },
};

/** Runs the command that the arguments name and returns its exit code; undefined when the agent is to be run. */
export async function runCommandLine(argv: readonly string[]): Promise<number | undefined> {
  try {
    const asked = readCommandLine(COMMAND_LINE, argv);
    if (asked.asksForHelp) {
      print(helpOf(asked.path));
      return 0;
    }
    return await COMMANDS[asked.words]?.(asked);
  } catch (error) {
    process.stderr.write(`${shown(error instanceof Error ? error.message : String(error))}\n`);
    return error instanceof UsageError ? EXIT_USAGE : 1;
  }
}
