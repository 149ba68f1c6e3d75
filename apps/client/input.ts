import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Refusal } from './api/refusal';

/** Name of standard input. */
export const STANDARD_INPUT = '-';

/**
 * Opens a file for reading.
 * @throws Refusal when it cannot be read
 */
export async function openFile(file: string, what: string): Promise<Readable> {
  if (file === STANDARD_INPUT) return process.stdin;
  const opened = await open(file).catch((error: Error) => unreadable(what, error.message));
  if (!(await opened.stat()).isDirectory()) return opened.createReadStream();
  await opened.close();
  return unreadable(what, `${file} is a folder`);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a file that contains one JSON object.
 * @throws Refusal when it cannot be read, or contains anything but that
 */
export async function readJsonObject(file: string, what: string): Promise<Record<string, unknown>> {
  const found = parsed(
    await text(await openFile(file, what)).catch((error: Error) => unreadable(what, error.message)),
    what,
  );
  if (isObject(found)) return found;
  throw new Refusal(`The ${what} contains no JSON object.`);
}

function parsed(content: string, what: string): unknown {
  try {
    return JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Refusal(`The ${what} is not JSON: ${(error as Error).message}.`);
  }
}

function unreadable(what: string, cause: string): never {
  throw new Refusal(`The ${what} cannot be read: ${cause}.`);
}
