import { CONFIG_VERSION, type Kind } from './kind';

/** Texts that are written without quotes: words that YAML of no version reads as anything else. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./]+)*$/;
const SPECIAL = /^(true|false|null|yes|no|on|off|y|n|nan|inf)$/i;
const ADDRESS = /^([0-9]+(\.[0-9]+){3}|[0-9a-f]+(:[0-9a-f]*)+[0-9a-f])$/;
const MEMBER_OF_OBJECT = /^[A-Za-z][A-Za-z0-9_.-]*$/;

/** Returns a configuration file with everything that a kind has, as pieces of text; reading it back gives the same items. */
export function* configText(scope: string | null, lists: Iterable<{ kind: Kind; state: unknown }>): Generator<string> {
  yield `version: ${CONFIG_VERSION}\n`;
  if (scope !== null) yield `scope: ${JSON.stringify(scope)}\n`;
  for (const { kind, state } of lists) {
    let isEmpty = true;
    for (const item of kind.itemsOf(state, scope)) {
      yield `${isEmpty ? `\n${kind.key}:\n` : ''}${itemText(item)}`;
      isEmpty = false;
    }
    if (isEmpty) yield `\n${kind.key}: []\n`;
  }
}

/** Members without a value are left out. */
function itemText(item: object): string {
  const members = Object.entries(item).filter(([, value]) => !isNothing(value));
  return members
    .map(([member, value], at) => `${at === 0 ? '  - ' : '    '}${member}:${valueText(value, '      ')}\n`)
    .join('');
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

function valueText(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return ` ${scalarText(value)}`;
  const values = Object.values(value);
  if (values.every((each) => typeof each !== 'object')) return ` ${flowText(value)}`;
  if (Array.isArray(value)) return value.map((each) => `\n${indent}- ${flowText(each as object)}`).join('');
  return Object.entries(value)
    .map(([member, each]) => `\n${indent}${keyText(member)}:${valueText(each, `${indent}  `)}`)
    .join('');
}

function flowText(value: object): string {
  if (Array.isArray(value)) return `[${value.map(scalarText).join(', ')}]`;
  const members = Object.entries(value).map(([key, each]) => `${keyText(key)}: ${scalarText(each)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

const keyText = (key: string): string => (MEMBER_OF_OBJECT.test(key) && !SPECIAL.test(key) ? key : quoted(key));

function scalarText(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return (PLAIN.test(value) && !SPECIAL.test(value)) || ADDRESS.test(value) ? value : quoted(value);
}

/** A text of JSON is a text of YAML, except that these line ends must be escaped. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
