// The commands of the program `icmpmon` as commands of `npm run icmpmon`.

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Commands that the client runs. @type {WeakSet<Command>} */
const remote = new WeakSet();

/**
 * Returns whether the client runs a command, through the API.
 * @param {readonly Command[]} path
 */
export const isRemote = (path) => remote.has(path[path.length - 1]);

/**
 * Adds commands of the client, sorted by name. Where both have a command, the own one stays.
 * @param {readonly Command[]} own
 * @param {readonly Command[]} added
 * @returns {Command[]}
 */
export function withRemote(own, added) {
  const names = own.map(({ name }) => name);
  const merged = own.map((command) => {
    const other = added.find(({ name }) => name === command.name);
    return other?.commands ? { ...command, commands: withRemote(command.commands ?? [], other.commands) } : command;
  });
  const others = added.filter(({ name }) => !names.includes(name)).map(asScript);
  return [...merged, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @param {Command} command
 * @returns {Command}
 */
function asScript(command) {
  const script = {
    ...command,
    ...(command.examples && { examples: command.examples.map(asScriptCall) }),
    ...(command.commands && { commands: command.commands.map(asScript) }),
  };
  remote.add(script);
  return script;
}

/**
 * Without --silent, npm prints a heading before the output.
 * @param {string} call
 */
const asScriptCall = (call) =>
  call.replace(/^icmpmon/, / > | --json/.test(call) ? 'npm run --silent icmpmon --' : 'npm run icmpmon --');
