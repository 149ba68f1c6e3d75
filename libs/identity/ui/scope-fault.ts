import { parseScope } from '@icmp-mon/targets/contract';

/** Returns the fault of a scope as an error of a form; null for a valid one, or none at all. */
export function scopeFault(text: string): { kind: 'scope'; message: string } | null {
  if (text.trim() === '') return null;
  const parsed = parseScope(text);
  return parsed.ok ? null : { kind: 'scope', message: parsed.fault.detail };
}
