import path from 'node:path';
import { readFileIfAny, writePrivateFile } from '../private-file';

const BOOT_FILE = 'boot';
const U32_MAX = 0xffff_ffff;

/**
 * A number higher than any before it, durable when this returns. It has a file of its own beside the spool, and is not
 * below the time in seconds, so that a lost spool or a lost folder does not give out old numbers again. After the highest number,
 * which only a clock that was far ahead leads to, it begins with the time again: whoever counts takes that for what it is.
 */
export function nextBoot(dir: string, nowMs: number): number {
  const file = path.join(dir, BOOT_FILE);
  const text = readFileIfAny(file)?.trim() ?? '';
  const last = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  const boot = bootAfter(last, Math.floor(nowMs / 1000));
  writePrivateFile(file, `${boot}\n`);
  return boot;
}

function bootAfter(last: number, nowS: number): number {
  const next = Math.max(last + 1, nowS);
  if (next <= U32_MAX) return next;
  // The clock itself may be beyond the highest number: then by a number that was never given out for a time.
  if (nowS < last && nowS > 0) return nowS;
  return 1 + (last % U32_MAX);
}
