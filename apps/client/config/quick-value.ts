/**
 * A fast reader for the YAML that configurations mostly consist of. It returns the same value as the YAML parser, or undefined for everything
 * that is not plainly simple; then the parser reads it. A test compares both.
 *
 *   - key: scalar        a scalar: a word or words, an address, a whole number, true, false, null, or a text in quotes without escapes
 *     key: { a: b }      an object of scalars in one line, or a list: [a, b]
 *     key:               the same over several lines, indented by spaces
 *       a: b
 */
export function quickValue(text: string): unknown {
  const lines = text.trimEnd().split('\n');
  const dash = /^( *)- ( *)(?=[a-z])/.exec(lines[0] ?? '');
  if (dash === null) return undefined;
  const indent = dash[0].length;
  lines[0] = ' '.repeat(indent) + (lines[0] ?? '').slice(indent);
  const item = new Map<string, unknown>();
  for (let at = 0; at < lines.length;) {
    const pair = memberOf(lines[at] ?? '', indent);
    if (pair === undefined || item.has(pair.key)) return undefined;
    at += 1;
    let value: unknown;
    if (pair.text === '') {
      const below = linesBelow(lines, at, indent);
      value = below.length === 0 ? undefined : blockOf(below);
      at += below.length;
    } else value = valueOf(pair.text);
    if (value === undefined) return undefined;
    item.set(pair.key, value);
  }
  return [Object.fromEntries(item)];
}

const MEMBER = /^( *)([A-Za-z][A-Za-z0-9_.-]*):(?: +([^ ].*?))? *$/;
/** Words that are no texts in YAML, or are none in older versions of it. */
const SPECIAL = /^(true|false|null|yes|no|on|off|y|n)$/i;

function memberOf(line: string, indent: number): { key: string; text: string } | undefined {
  const [, blanks = '', key = '', text = ''] = MEMBER.exec(line) ?? [];
  return key === '' || blanks.length !== indent || SPECIAL.test(key) ? undefined : { key, text };
}

function linesBelow(lines: readonly string[], from: number, indent: number): string[] {
  const inside = ' '.repeat(indent + 1);
  let end = from;
  while (end < lines.length && (lines[end] ?? '').startsWith(inside)) end += 1;
  return lines.slice(from, end);
}

/** Returns the value of lines with the same indent: an object or a list of scalars. */
function blockOf(lines: readonly string[]): unknown {
  const indent = (lines[0] ?? '').search(/[^ ]/);
  const isList = (lines[0] ?? '').startsWith('- ', indent);
  const list: unknown[] = [];
  const object = new Map<string, unknown>();
  for (const line of lines) {
    const pair = isList ? itemOf(line, indent) : memberOf(line, indent);
    const value = pair === undefined ? undefined : scalarOf(pair.text);
    if (pair === undefined || value === undefined || object.has(pair.key)) return undefined;
    if (isList) list.push(value);
    else object.set(pair.key, value);
  }
  return isList ? list : Object.fromEntries(object);
}

function itemOf(line: string, indent: number): { key: string; text: string } | undefined {
  if (line.search(/[^ ]/) !== indent || !line.startsWith('- ', indent)) return undefined;
  return { key: '', text: line.slice(indent + 2).trim() };
}

function valueOf(text: string): unknown {
  if (text.startsWith('[')) return flowList(text);
  return text.startsWith('{') ? flowObject(text) : scalarOf(text);
}

const SCALAR =
  /"([^"\\\t]*)"|'([^'\t]*)'|([0-9]+(?:\.[0-9]+){3}|[0-9a-f]+(?::[0-9a-f]*)+[0-9a-f]|[A-Za-z][\w./+-]*(?: [\w./+]+)*)|(0|[1-9][0-9]{0,14})/y;

function scalarOf(text: string): unknown {
  const found = scalarAt(text, 0);
  return found?.end === text.length ? found.value : undefined;
}

/** Returns the scalar at a position, and the position after it. */
function scalarAt(text: string, at: number): { value: unknown; end: number } | undefined {
  SCALAR.lastIndex = at;
  const match = SCALAR.exec(text);
  if (match === null) return undefined;
  const [all, double, single, plain, number] = match;
  const end = at + all.length;
  if (plain !== undefined && SPECIAL.test(plain)) {
    const values = new Map<string, unknown>([
      ['true', true],
      ['false', false],
      ['null', null],
    ]);
    return values.has(plain) ? { value: values.get(plain), end } : undefined;
  }
  return { value: double ?? single ?? plain ?? Number(number), end };
}

function flowList(text: string): unknown[] | undefined {
  if (/^\[ *\]$/.test(text)) return [];
  const list: unknown[] = [];
  for (let at = 1; ;) {
    const found = scalarAt(text, skipped(text, at));
    if (found === undefined) return undefined;
    list.push(found.value);
    const next = skipped(text, found.end);
    if (text[next] === ']' && next === text.length - 1) return list;
    if (text[next] !== ',') return undefined;
    at = next + 1;
  }
}

const FLOW_KEY = /([A-Za-z][\w.-]*): /y;

function flowObject(text: string): object | undefined {
  if (/^\{ *\}$/.test(text)) return {};
  const object = new Map<string, unknown>();
  for (let at = 1; ;) {
    FLOW_KEY.lastIndex = skipped(text, at);
    const key = FLOW_KEY.exec(text)?.[1];
    const found = key === undefined ? undefined : scalarAt(text, skipped(text, FLOW_KEY.lastIndex));
    if (key === undefined || found === undefined || object.has(key) || SPECIAL.test(key)) return undefined;
    object.set(key, found.value);
    const next = skipped(text, found.end);
    if (text[next] === '}' && next === text.length - 1) return Object.fromEntries(object);
    if (text[next] !== ',') return undefined;
    at = next + 1;
  }
}

function skipped(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ') next += 1;
  return next;
}
