import { isAlias, isMap, isNode, isPair, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Fault, Path, Place } from './fault';
import { type Piece, textOf } from './pieces';

/** Most brackets that may be open; YAML of a configuration has four. */
const NESTING_MAX = 20;

export type Read = { value: unknown } | { faults: Fault[] };

/** Parses a piece as YAML 1.2 without anchors, aliases, tags of types, and merge keys. */
export function yamlValue(piece: Piece): Read {
  const parsed = parsedOf(piece);
  if ('faults' in parsed) return parsed;
  const { document, placeAt } = parsed;
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0)
    return {
      faults: problems.map(({ pos, code, message }) => ({ place: placeAt(pos[0]), text: problemText(code, message) })),
    };
  const faults = unsupported(document.contents, placeAt);
  return faults.length > 0 ? { faults } : { value: document.toJS({ maxAliasCount: 0 }) };
}

/** Returns where a member of a piece is: the place of its value; where it is absent, that of what contains it. */
export function placeOf(piece: Piece, path: Path): Place {
  const parsed = parsedOf(piece);
  if ('faults' in parsed) return parsed.faults[0]?.place ?? { file: piece.file.name, line: piece.line, column: 1 };
  let found: Node | null = parsed.document.contents;
  let offset = found?.range?.[0] ?? 0;
  for (const segment of path) {
    if (isMap(found)) {
      const pair = found.items.find(({ key }) => isNode(key) && 'value' in key && key.value === segment);
      if (pair === undefined) break;
      const value: unknown = pair.value;
      const key: unknown = pair.key;
      found = isNode(value) ? value : null;
      offset = found?.range?.[0] ?? (isNode(key) ? (key.range?.[0] ?? offset) : offset);
    } else if (isSeq(found)) {
      const item: unknown = found.items[Number(segment)];
      if (!isNode(item)) break;
      found = item;
      offset = item.range?.[0] ?? offset;
    } else break;
  }
  return parsed.placeAt(offset);
}

type Parsed = { document: ReturnType<typeof parseDocument>; placeAt: (offset: number) => Place } | { faults: Fault[] };

/** The latest piece with its result: the faults of a piece come one after another, and a piece may be a long list. */
let latest: { piece: Piece; parsed: Parsed } | null = null;

function parsedOf(piece: Piece): Parsed {
  if (latest?.piece !== piece) latest = { piece, parsed: parse(piece) };
  return latest.parsed;
}

function parse(piece: Piece): Parsed {
  const text = textOf(piece);
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: piece.file.name, line: piece.line + Math.max(line, 1) - 1, column: Math.max(col, 1) };
  };
  if (nestingOf(text) > NESTING_MAX) {
    const place = { file: piece.file.name, line: piece.line, column: 1 };
    return { faults: [{ place, text: `More than ${NESTING_MAX} brackets are open.` }] };
  }
  const options = {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'silent',
  } as const;
  return { document: parseDocument(text, { ...options, lineCounter: lines }), placeAt };
}

/** Returns the most brackets and dashes that are open, or more. */
function nestingOf(text: string): number {
  let open = 0;
  let most = 0;
  for (const [char] of text.matchAll(/[[{]|[\]}]/g)) {
    open = char === '[' || char === '{' ? open + 1 : Math.max(0, open - 1);
    most = Math.max(most, open);
  }
  const dashes = Math.max(0, ...[...text.matchAll(/^ *((?:[-?] +)+)/gm)].map(([, run = '']) => run.split(' ').length));
  return Math.max(most, dashes);
}

/** Explanations of codes of the parser whose messages do not state what to do. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'The key appears twice in the same object: remove one.',
  TAB_AS_INDENT: 'The line is indented by a tab: YAML needs spaces.',
  NON_STRING_KEY: 'A key must be a text: put it in quotes.',
  TAG_RESOLVE_FAILED: 'Tags such as !name are not supported: remove this one.',
};

function problemText(code: string, message: string): string {
  return EXPLANATIONS[code] ?? `${message.replace(/ at line \d+.*$/s, '').replace(/[.:]?$/, '')} (YAML 1.2).`;
}

function unsupported(contents: Node | null, placeAt: (offset: number) => Place): Fault[] {
  const faults: Fault[] = [];
  visit(contents, (_, node) => {
    if (isPair(node)) {
      if (isNode(node.key) && 'value' in node.key && node.key.value === '<<')
        faults.push({
          place: placeAt(node.key.range?.[0] ?? 0),
          text: 'Merge keys (<<) are not supported: write the members out.',
        });
      return;
    }
    if (!isNode(node)) return;
    const place = placeAt(node.range?.[0] ?? 0);
    if (isAlias(node))
      faults.push({ place, text: `Aliases (*${node.source}) are not supported: write the value out.` });
    else if (node.anchor !== undefined)
      faults.push({ place, text: `Anchors (&${node.anchor}) are not supported: remove this one.` });
    else if (node.tag !== undefined)
      faults.push({ place, text: `Tags (${node.tag}) are not supported: remove this one, and put texts in quotes.` });
  });
  return faults;
}
