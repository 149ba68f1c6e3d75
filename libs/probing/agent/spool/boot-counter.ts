import path from 'node:path';
import { readFileIfAny, writePrivateFile } from '../private-file';

const BOOT_FILE = 'boot';
const U32_MAX = 0xffff_ffff;

/**
 * A number higher than any before it, durable when this returns. It has a file of its own beside the spool, and is not
 * below the time in seconds, so that a lost spool or a lost folder does not give out old numbers again.
 */
export function nextBoot(dir: string, nowMs: number): number {
  const file = path.join(dir, BOOT_FILE);
  const text = readFileIfAny(file)?.trim() ?? '';
  const last = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  const boot = Math.min(U32_MAX, Math.max(last + 1, Math.floor(nowMs / 1000)));
  writePrivateFile(file, `${boot}\n`);
  return boot;
}
