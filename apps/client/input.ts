import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
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
  const found = await stat(file).catch((error: Error) => unreadable(what, error.message));
  if (found.isDirectory()) unreadable(what, `${file} is a folder`);
  return createReadStream(file);
}

/**
 * Reads a file of JSON.
 * @throws Refusal when it cannot be read, or is not JSON
 */
export async function readJsonFile(file: string, what: string): Promise<unknown> {
  const content = await text(await openFile(file, what)).catch((error: Error) => unreadable(what, error.message));
  try {
    return JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Refusal(`The ${what} is not JSON: ${(error as Error).message}.`);
  }
}

function unreadable(what: string, cause: string): never {
  throw new Refusal(`The ${what} cannot be read: ${cause}.`);
}
