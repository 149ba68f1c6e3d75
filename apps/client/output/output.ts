import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stripVTControlCharacters } from 'node:util';
import { Refusal } from '../api/refusal';
import type { Environment } from '../session';
import { printable, widthOf } from './printable';

export interface OutputStreams {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; writableNeedDrain?: boolean };
  stderr: NodeJS.WritableStream;
}

export type Colour = 'green' | 'yellow' | 'red' | 'grey' | 'bold';

/** A cell of a table: its text, or with a colour. */
export type Cell = string | number | null | { text: string; colour: Colour };

export interface Column<T> {
  title: string;
  of: (row: T) => Cell;
}

const CODES: Readonly<Record<Colour, [number, number]>> = {
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  grey: [90, 39],
  bold: [1, 22],
};
const GAP = '  ';
const OWN_CALL = /(?<=^|: |\()icmpmon(?= [a-z])/g;
/** Text of a missing value. */
const NONE = '-';

/** Prints results to stdout, progress and remarks to stderr. */
export class Output {
  private readonly hasColours: boolean;
  /** How the user calls the program; remarks name commands to run next. */
  private readonly calledAs: string;

  constructor(
    private readonly streams: OutputStreams,
    environment: Environment,
  ) {
    const isWanted = (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
    this.calledAs = environment['ICMPMON_CALLED_AS'] ?? 'icmpmon';
    this.hasColours = isWanted && streams.stdout.isTTY === true;
  }

  /** Prints a line of the result; control characters of its values are escaped by the caller or `fields` and `table`. */
  async printLine(line: string): Promise<void> {
    await this.printText(`${line}\n`);
  }

  /** Prints a piece of a file. */
  async printText(text: string): Promise<void> {
    if (this.streams.stdout.write(text)) return;
    await new Promise((resolve) => this.streams.stdout.once('drain', resolve));
  }

  /** Prints progress or a remark. Control characters are escaped: most remarks contain texts of a server. */
  note(text: string): void {
    const lines = text.replaceAll(OWN_CALL, this.calledAs).split('\n');
    this.streams.stderr.write(`${lines.map(printable).join('\n')}\n`);
  }

  /** Prints a document of the API. */
  async printJson(document: unknown): Promise<void> {
    await this.printLine(JSON.stringify(document, null, 2));
  }

  /** Prints a document in one line, for streams of documents. */
  async printJsonLine(document: unknown): Promise<void> {
    await this.printLine(JSON.stringify(document));
  }

  /**
   * Prints the body of an answer as it arrives.
   * @param source for the message of a broken connection
   */
  async printBody(body: Readable, source: string): Promise<void> {
    try {
      await pipeline(body, this.streams.stdout, { end: false });
    } catch (error) {
      throw new Refusal(
        `The answer of ${source} ended early, so the output is incomplete: ${(error as Error).message}. Repeat the command.`,
      );
    }
  }

  /** Prints aligned rows below their titles. Returns the widths, for the next rows of the same table. */
  async printTable<T>(
    columns: readonly Column<T>[],
    rows: readonly T[],
    before?: readonly number[],
  ): Promise<number[]> {
    const cells = rows.map((row) => columns.map(({ of }) => this.textOf(of(row))));
    const widths = columns.map(({ title }, index) =>
      Math.max(before?.[index] ?? title.length, ...cells.map((texts) => shownWidth(texts[index] ?? ''))),
    );
    const titles = columns.map(({ title }) => this.coloured(title, 'bold'));
    for (const texts of before === undefined ? [titles, ...cells] : cells) await this.printLine(lineOf(texts, widths));
    return widths;
  }

  /** Prints names and values of one thing, one per line. */
  async printFields(fields: Readonly<Record<string, Cell>>): Promise<void> {
    const width = Math.max(...Object.keys(fields).map((name) => name.length));
    for (const [name, cell] of Object.entries(fields))
      await this.printLine(`${this.coloured(name.padEnd(width), 'grey')}${GAP}${this.textOf(cell)}`);
  }

  private textOf(cell: Cell): string {
    if (cell === null || cell === '') return NONE;
    if (typeof cell === 'object') return this.coloured(printable(cell.text), cell.colour);
    return typeof cell === 'number' ? String(cell) : printable(cell);
  }

  /** Returns the text in a colour, where the terminal shows colours. */
  coloured(text: string, colour: Colour): string {
    if (!this.hasColours) return text;
    const [on, off] = CODES[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  }
}

const shownWidth = (text: string): number => widthOf(stripVTControlCharacters(text));

function lineOf(texts: readonly string[], widths: readonly number[]): string {
  const last = texts.length - 1;
  return texts
    .map((text, index) =>
      index === last ? text : text + ' '.repeat(Math.max(0, (widths[index] ?? 0) - shownWidth(text))),
    )
    .join(GAP);
}
