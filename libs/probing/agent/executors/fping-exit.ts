import { NO_PERMISSION_CODES } from './fping-version';

/** How a process of fping ended. */
export type FpingExit =
  | { kind: 'done' }
  | { kind: 'missing' }
  | { kind: 'not_permitted'; detail: string }
  | { kind: 'killed'; detail: string }
  | { kind: 'failed'; detail: string };

/** Returns the end of a process that could not be started. */
export function exitOfError(error: Error): FpingExit {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return { kind: 'missing' };
  if (NO_PERMISSION_CODES.includes(code)) return { kind: 'not_permitted', detail: error.message };
  return { kind: 'failed', detail: error.message };
}
