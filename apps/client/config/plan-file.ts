import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../api/refusal';
import type { Change } from './kind';
import type { Plan } from './make-plan';

const FORMAT = 'icmpmon-plan';
const VERSION = 1;
/** Most characters of one change. */
const LINE_LENGTH_MAX = 1024 * 1024;

/** Ends of lines that JSON does not escape. */
const LINE_ENDS = /[\u2028\u2029]/g;
const escaped = (end: string): string => `\\u${end.charCodeAt(0).toString(16)}`;

interface Head {
  format: string;
  version: number;
  url: string;
  scope: string | null;
  changes: number;
}

/**
 * Writes a plan: one line about it, then one JSON object per change. Only its owner can read the file, which has names and notes.
 * @throws Refusal when it cannot be written
 */
export async function writePlan(file: string, { url, scope, changes }: Plan): Promise<void> {
  const head: Head = { format: FORMAT, version: VERSION, url, scope, changes: changes.length };
  try {
    await pipeline(
      Readable.from(linesOf(head, changes), { objectMode: false }),
      createWriteStream(file, { mode: 0o600 }),
    );
  } catch (error) {
    throw new Refusal(`The plan cannot be written: ${(error as Error).message}.`);
  }
}

function* linesOf(head: Head, changes: readonly Change[]): Generator<string> {
  yield `${JSON.stringify(head)}\n`;
  for (const change of changes) yield `${JSON.stringify(change).replace(LINE_ENDS, escaped)}\n`;
}

/**
 * Reads a plan that was made for this installation.
 * @throws Refusal
 */
export async function readPlan(file: string, url: string): Promise<Pick<Plan, 'url' | 'scope' | 'changes'>> {
  const notPlan = (why: string): Refusal =>
    new Refusal(`${file} is not a plan: ${why}. Make one: icmpmon plan <files> --out ${file}`);
  let head: Head | null = null;
  const changes: Change[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      if (line.length > LINE_LENGTH_MAX) throw notPlan('a line is too long');
      if (head === null) head = JSON.parse(line) as Head;
      else changes.push(JSON.parse(line) as Change);
      if (head?.format !== FORMAT) throw notPlan('it does not begin like one');
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw error instanceof SyntaxError
      ? notPlan('it is not valid JSON')
      : new Refusal(`The plan cannot be read: ${(error as Error).message}.`);
  }
  if (head === null) throw notPlan('it is empty');
  if (head.version !== VERSION)
    throw new Refusal(`${file} is a plan of another version of this program: make it again.`);
  if (head.changes !== changes.length) throw notPlan(`it has ${changes.length} of ${head.changes} changes`);
  if (head.url !== url) throw new Refusal(`${file} is a plan for ${head.url}, not for ${url}.`);
  return { url, scope: head.scope, changes };
}
