import { type Fault, type Place } from './fault';
import type { SourceFile } from './source-files';

/** Most characters of one item of a list. */
export const ITEM_LENGTH_MAX = 64 * 1024;
/** Most characters of a value that is no list with a dash before each item. */
export const VALUE_LENGTH_MAX = 1024 * 1024;

/** A part of a file that is parsed alone: one item of a list, or one key with its value. */
export interface Piece {
  file: SourceFile;
  start: number;
  end: number;
  /** Number of its first line, from 1. */
  line: number;
}

/** A key at the top of a file. Its value is a list whose items are pieces, or one piece. */
export type TopEntry = { key: string; keyPiece: Piece } & ({ items: Piece[] } | { whole: Piece });

export const textOf = ({ file, start, end }: Piece): string => file.text.slice(start, end);

const startOf = ({ file, line }: Piece): Place => ({ file: file.name, line, column: 1 });

interface Line {
  start: number;
  end: number;
  nr: number;
}

const KEY = /^("?)([A-Za-z][\w-]*)\1:(?: +|$)(.*)$/;
const REMARK = /^\s*(#.*)?$/;
const DASH = /^( *)-(?: |$)/;

/**
 * Splits a file into its keys at the top, and the lists below them into items, so that each item is parsed alone: memory and time stay small for
 * long lists. A line belongs to an item until the next line whose dash has the same indent, which no other YAML in an item can have.
 */
export function splitFile(file: SourceFile): { entries: TopEntry[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const blocks: Block[] = [];
  let hasStarted = false;
  for (const line of linesOf(file.text)) {
    const text = file.text.slice(line.start, line.end);
    const key = KEY.exec(text)?.[2];
    if (REMARK.test(text)) blocks.at(-1)?.lines.push(line);
    else if (key !== undefined) blocks.push({ key, lines: [line] });
    else if (text.trimEnd() === '---' && !hasStarted) hasStarted = true;
    else if (/^[ -](?!--)/.test(text) && blocks.length > 0) blocks.at(-1)?.lines.push(line);
    else {
      faults.push({ place: { file: file.name, line: line.nr, column: 1 }, text: faultOf(text) });
      if (DOCUMENT.test(text)) break;
    }
    hasStarted ||= !REMARK.test(text);
  }
  return { entries: blocks.map((block) => entryOf(file, block, faults)), faults };
}

interface Block {
  key: string;
  /** The line of the key, and all that belong to it. */
  lines: Line[];
}

const DOCUMENT = /^(---|\.\.\.)(\s|$)/;

function faultOf(text: string): string {
  if (DOCUMENT.test(text)) return 'A file has one YAML document: write further documents into files of their own.';
  if (text.startsWith('%')) return 'YAML directives are not supported: remove the line.';
  if (text.startsWith('\t')) return 'The line is indented by a tab: YAML needs spaces.';
  return 'A key is expected here, such as `targets:`, at the start of the line.';
}

function* linesOf(text: string): Generator<Line> {
  for (let start = 0, nr = 1; start < text.length; nr += 1) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    yield { start, end, nr };
    start = end + 1;
  }
}

function entryOf(file: SourceFile, { key, lines }: Block, faults: Fault[]): TopEntry {
  const [head, ...below] = lines as [Line, ...Line[]];
  const pieceOf = (from: Line, to: Line): Piece => ({ file, start: from.start, end: to.end, line: from.nr });
  const textAt = ({ start, end }: Line): string => file.text.slice(start, end);
  const keyPiece = pieceOf(head, head);
  const first = below.findIndex((line) => !REMARK.test(textAt(line)));
  const dash = first === -1 ? null : DASH.exec(textAt(below[first] as Line));
  if (!REMARK.test(KEY.exec(textAt(head))?.[3] ?? '') || dash === null) {
    const whole = short(pieceOf(head, below.at(-1) ?? head), VALUE_LENGTH_MAX, faults);
    return { key, keyPiece, whole };
  }
  const marker = `${dash[1] ?? ''}-`;
  const items: Piece[] = [];
  for (const line of below.slice(first)) {
    const after = line.start + marker.length;
    const isNext = file.text.startsWith(marker, line.start) && (after === line.end || file.text[after] === ' ');
    const last = items.at(-1);
    if (isNext || last === undefined) items.push(pieceOf(line, line));
    else last.end = line.end;
  }
  return { key, keyPiece, items: items.map((item) => short(item, ITEM_LENGTH_MAX, faults)) };
}

/** Returns the piece; one that is too long is a fault, and becomes empty. */
function short(piece: Piece, lengthMax: number, faults: Fault[]): Piece {
  if (piece.end - piece.start <= lengthMax) return piece;
  const text = `This is longer than ${lengthMax} characters. Is a quote or bracket opened and never closed?`;
  faults.push({ place: startOf(piece), text });
  return { ...piece, end: piece.start };
}
