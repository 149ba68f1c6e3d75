// Command lines in documents: their scripts exist and take the arguments.
import { COMMANDS } from '../../../../infra/commands/index.mjs';
import { UsageError } from '../../command-line/definition.mjs';
import { readCommandLine } from '../../command-line/read-command-line.mjs';

/** @typedef {{ scripts: readonly string[], refusal(script: string, args: readonly string[]): string | undefined }} Scripts
 * `refusal` returns why the script refuses its arguments; undefined if it accepts them. */

/**
 * Returns the faults of the command lines in the code of one document, one sentence per fault.
 * @param {string} code
 * @param {Scripts} scripts
 * @returns {string[]}
 */
export function commandFaults(code, { scripts, refusal }) {
  const unknown = commands(code).filter((script) => !scripts.includes(script));
  const refused = commandLines(code)
    .filter(({ script }) => scripts.includes(script))
    .flatMap(({ script, args, keptByNpm }) => {
      if (keptByNpm.length > 0) return [`npm keeps ${keptByNpm.join(' ')} of ${script} for itself: write it after --`];
      const reason = refusal(script, args);
      return reason === undefined ? [] : [`npm run ${script} -- ${args.join(' ')} is refused: ${reason}`];
    });
  return [...unknown.map((script) => `npm run ${script} is not a script of package.json`), ...refused];
}

/** @param {string} code */
function commands(code) {
  const named = [...code.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map((match) => match[1]);
  const short = [...code.matchAll(/\bnpm (start|stop|test)\b/g)].map((match) => match[1]);
  return [...new Set([...named, ...short])];
}

/**
 * Returns the command lines of scripts, up to a placeholder, a variable or an omission. npm keeps options before `--`.
 * @param {string} code
 * @returns {{ script: string, args: string[], keptByNpm: string[] }[]}
 */
function commandLines(code) {
  const lines = code
    .replace(/\\\n\s*/g, '')
    .replace(/(?<=^|\s)#.*$/gm, '')
    .matchAll(/\bnpm (?:(start|stop|test)|run ([\w:-]+))(?= |$)([^\n|&;#>)]*)/gm);
  return [...lines].map(([, short, named, rest]) => {
    const words = (rest.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
    const end = words.findIndex((word) => /[<>[\]{}$…`,.:]$|[<[$…*]|\.\.\./.test(word));
    const given = end < 0 ? words : words.slice(0, end);
    const separator = given.indexOf('--');
    const before = separator < 0 ? given : given.slice(0, separator);
    return {
      script: short ?? named,
      // Without `--`, words after another script may belong to the text around it.
      args: separator < 0 && named !== 'icmpmon' ? [] : given.filter((word) => word !== '--'),
      keptByNpm: before.filter((word) => word.startsWith('-') && word !== '--silent' && word !== '-s'),
    };
  });
}

/**
 * Returns why a script refuses its arguments; undefined if it accepts them or only misses some.
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
export function refusalOf(script, args) {
  try {
    readCommandLine(COMMANDS[script], args);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return /^(?:A command|Argument .*|Option .*) is missing|needs a value/.test(error.message)
      ? undefined
      : error.message.split('\n')[0];
  }
}
