import path from 'node:path';
import { readFileIfAny, writePrivateFile } from '../private-file';

const BOOT_FILE = 'boot';
const U32_MAX = 0xffff_ffff;

/**
 * Returns a number higher than any before it; it is durable when this returns. It has its own file next to the spool and is at least the
 * time in seconds, so that a lost spool or folder does not lead to numbers in use. After the highest number, which only a clock far ahead
 * leads to, it starts again from the time, which the shard's log accepts.
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
  // The clock itself may be beyond the highest number: then numbers that were never the time are used.
  if (nowS < last && nowS > 0) return nowS;
  return 1 + (last % U32_MAX);
}
