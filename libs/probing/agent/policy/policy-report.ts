import { type AgentPolicyReport, POLICY_RANGES_BYTES_MAX, REFUSED_KEYS_MAX } from '@icmp-mon/agents/contract';
import { ALWAYS_DENIED, LOOPBACK } from './address-ranges';
import type { LocalPolicy } from './local-policy';

/** Keys of assigned targets that are not probed, by whether their address alone is the reason. */
export interface RefusedKeys {
  byAddress: readonly number[];
  tooFast: readonly number[];
}

/**
 * Returns what the control plane needs to know about the policy file to avoid assigning refused targets. Ranges that exceed the size limit are
 * left out as if they refused nothing; assigned targets that they refuse are then reported by key.
 */
export function policyReport(policy: LocalPolicy, refused: RefusedKeys): AgentPolicyReport {
  const loopback = policy.allowsLoopback ? [] : LOOPBACK.texts;
  const denied = [...ALWAYS_DENIED.texts, ...loopback, ...policy.deny.texts];
  const deny = withinBytes(denied);
  const allow =
    policy.allow === null || bytesOf(policy.allow.texts) > POLICY_RANGES_BYTES_MAX ? null : policy.allow.texts;
  const isWhole = deny.length === denied.length && (allow === null) === (policy.allow === null);
  const keys = isWhole ? refused.tooFast : [...refused.tooFast, ...refused.byAddress];
  const { stopped, packetsPerSecond } = policy;
  return { allow: allow && [...allow], deny, stopped, packetsPerSecond, refusedKeys: distances(keys) };
}

function withinBytes(texts: readonly string[]): string[] {
  let bytes = 0;
  return texts.filter((text) => (bytes += bytesOf([text])) <= POLICY_RANGES_BYTES_MAX);
}

/** Size in JSON, with quotes and a comma per text. */
function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length + 3, 0);
}

function distances(keys: readonly number[]): number[] {
  const sorted = [...keys].sort((a, b) => a - b).slice(0, REFUSED_KEYS_MAX);
  return sorted.map((key, at) => key - (sorted[at - 1] ?? 0));
}
