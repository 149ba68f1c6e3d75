import { callOf, callWith, EXITS } from './definition.mjs';

/** @typedef {import('./definition.mjs').Command} Command */

const LINE_LENGTH_MAX = 110;
const INDENT = '  ';

/**
 * Returns the help of a command: the same sections in the same order for every command.
 * @param {readonly Command[]} path from the script's command down
 * @returns {string} lines without a final newline
 */
export function helpOf(path) {
  const command = path[path.length - 1];
  const commands = (command.commands ?? []).filter(({ hidden }) => !hidden);
  const described = (command.arguments ?? []).filter(({ texts }) => texts !== undefined);
  const parts = [
    [callOf(path), ...wrapped(command.purpose, '')].join('\n'),
    ...(command.details ?? []).map((paragraph) => wrapped(paragraph, '').join('\n')),
    part(
      'Usage',
      usagesOf(path).map((line) => `${INDENT}${line}`),
    ),
    part('Commands', table(commands.map(({ name, purpose }) => [name, purpose]))),
    part('Arguments', table((command.arguments ?? []).map((each) => [`<${each.name}>`, textOf(each)]))),
    ...described.map(({ name, texts }) => part(`<${name}>`, table(Object.entries(texts ?? {})))),
    part('Options', table([...optionRows(command), ['-h, --help', 'prints this help and does nothing else']])),
    part('Environment', table(Object.entries(command.settings ?? {}))),
    part(
      'Examples',
      (command.examples ?? []).map((line) => `${INDENT}${line}`),
    ),
    part('Exit codes', table(Object.entries({ ...EXITS, ...command.exits }))),
  ];
  return parts.filter((text) => text !== '').join('\n\n');
}

/** @param {readonly Command[]} path */
function usagesOf(path) {
  const command = path[path.length - 1];
  const required = (command.options ?? []).filter((option) => option.required);
  const options = (command.options ?? []).filter((option) => !option.required && !option.hidden);
  const words = [
    ...(command.arguments ?? []).map(({ name, optional, many }) => {
      const word = `<${name}>${many ? ' …' : ''}`;
      return optional ? `[${word}]` : word;
    }),
    ...required.map(({ name, value }) => `--${name} <${value}>`),
    ...(options.length > 0 ? ['[options]'] : []),
  ];
  const own = words.length > 0 ? callWith(path, words.join(' ')) : callOf(path);
  if (!command.commands) return [own];
  const sub = callWith(path, '<command> …');
  return command.runs ? [own, sub] : [sub];
}

/** @param {Command} command */
function optionRows(command) {
  return (command.options ?? [])
    .filter(({ hidden }) => !hidden)
    .map((option) => [`--${option.name}${option.value === undefined ? '' : ` <${option.value}>`}`, textOf(option)]);
}

/** @param {{ text: string, choices?: readonly string[], texts?: object, default?: string | number }} of */
function textOf({ text, choices, texts, default: usual }) {
  const notes = [
    ...(choices && !texts ? [`one of ${choices.join(', ')}`] : []),
    ...(usual === undefined ? [] : [`default ${usual}`]),
  ];
  return notes.length > 0 ? `${text} (${notes.join('; ')})` : text;
}

/**
 * @param {string} heading
 * @param {readonly string[]} lines
 */
const part = (heading, lines) => (lines.length > 0 ? `${heading}:\n${lines.join('\n')}` : '');

/**
 * Formats rows as two columns and wraps the second one.
 * @param {readonly (readonly string[])[]} rows
 * @returns {string[]}
 */
function table(rows) {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) => {
    const [first, ...others] = wrapped(right, ' '.repeat(INDENT.length + width + INDENT.length));
    return [`${INDENT}${left.padEnd(width)}${INDENT}${first.trimStart()}`, ...others];
  });
}

/**
 * @param {string} text
 * @param {string} indent of every line
 */
function wrapped(text, indent) {
  const lines = [indent];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line !== indent && line.length + 1 + word.length > LINE_LENGTH_MAX) lines.push(indent + word);
    else lines[lines.length - 1] = line === indent ? indent + word : `${line} ${word}`;
  }
  return lines;
}
