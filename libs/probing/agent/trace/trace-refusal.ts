import type { TraceEnd, TraceFailure } from '@icmp-mon/paths/contract';
import { addressRefusalOf, allowsCommand, allowsTraces, type LocalPolicy } from '../policy/local-policy';

/** Returns the end of a trace that did not begin. */
export const failed = (reason: TraceFailure, detail: string): TraceEnd & { ok: false } => ({
  ...{ ok: false, reason, detail, trace: null },
});

/** Returns why the policy file refuses a trace; null if it does not. */
export function refusalOf(policy: LocalPolicy, target: string, isAutomatic: boolean): TraceEnd | null {
  const refused = addressRefusalOf(policy, target);
  if (refused === 'not_canonical') return failed(refused, 'The target is not a canonical IPv4 or IPv6 address.');
  if (refused === 'stopped') return failed(refused, 'The policy file of this agent has stopped all probes.');
  if (refused !== null) return failed(refused, `The policy file of this agent does not allow probes of ${target}.`);
  if (isAutomatic && !allowsTraces(policy)) {
    return failed('command_refused', 'The policy file of this agent does not allow automatic traces ("traces").');
  }
  if (isAutomatic || allowsCommand(policy, 'mtr')) return null;
  return failed(
    'command_refused',
    'The policy file of this agent does not allow mtr: it is not in its list "commands".',
  );
}
