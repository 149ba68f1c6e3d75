import {
  type AgentPolicyReport,
  type AgentTelemetry,
  POLICY_CHECKS_BYTES_MAX,
  POLICY_RANGES_BYTES_MAX,
  type PolicyFault,
  type PolicyLists,
  REFUSED_KEYS_BYTES_MAX,
  REFUSED_KEYS_MAX,
} from '@icmp-mon/agents/contract';
import { ALWAYS_DENIED } from './address-ranges';
import { deniedLoopback } from './denied-loopback';
import type { AllowDeny, LocalPolicy } from './local-policy';

/** Keys of assigned targets that are not probed, by what is the reason: the address alone, a check, or the packet rate. */
export interface RefusedKeys {
  byAddress: readonly number[];
  byCheck: readonly number[];
  tooFast: readonly number[];
}

/**
 * Returns what the control plane needs to know about the policy file to avoid assigning refused targets, and to show what it refuses. Ranges
 * that exceed the size limit are left out as if they refused nothing; assigned targets that they refuse are then reported by key.
 */
export function policyReport(policy: LocalPolicy, refused: RefusedKeys): AgentPolicyReport {
  const denied = [...ALWAYS_DENIED.texts, ...deniedLoopback(policy), ...policy.deny.texts];
  const deny = withinBytes(denied, POLICY_RANGES_BYTES_MAX);
  const allow =
    policy.allow === null || bytesOf(policy.allow.texts) > POLICY_RANGES_BYTES_MAX ? null : policy.allow.texts;
  const isWhole = deny.length === denied.length && (allow === null) === (policy.allow === null);
  const keys = [...refused.tooFast, ...refused.byCheck, ...(isWhole ? [] : refused.byAddress)];
  const { stopped, packetsPerSecond, packetsPerSecondPerAddress, commands } = policy;
  const checks = checksOf(policy);
  return {
    ...{ allow: allow && [...allow], deny, stopped, packetsPerSecond, packetsPerSecondPerAddress },
    ...{ commands: commands && [...commands], ...checks },
    ...((!isWhole || checks.ports === undefined) && { isCut: true }),
    refusedKeys: distances(keys),
  };
}

/** Returns what the telemetry contains about the policy file: how many assigned targets it refuses and why, and a change that is not in force. */
export function policyGauges(
  fault: PolicyFault | null,
  refused: Readonly<Record<string, number>>,
): Pick<AgentTelemetry, 'policyRefusedTargets' | 'policyRefused' | 'policyFault'> {
  const some = Object.entries(refused).filter(([, targets]) => targets > 0);
  return {
    policyRefusedTargets: some.reduce((sum, [, targets]) => sum + targets, 0),
    policyRefused: Object.fromEntries(some),
    ...(fault !== null && { policyFault: fault }),
  };
}

/** Returns ports and names; neither if they exceed the size limit. */
function checksOf({ ports, httpHosts }: LocalPolicy): Pick<AgentPolicyReport, 'ports' | 'httpHosts'> {
  const checks = {
    ports: Object.fromEntries([...ports].map(([type, lists]) => [type, textsOf(lists)])),
    httpHosts: textsOf(httpHosts),
  };
  return JSON.stringify(checks).length <= POLICY_CHECKS_BYTES_MAX ? checks : {};
}

function textsOf({ allow, deny }: AllowDeny<{ readonly texts: readonly string[] }>): PolicyLists {
  return { allow: allow && [...allow.texts], deny: [...deny.texts] };
}

function withinBytes(texts: readonly string[], bytesMax: number): string[] {
  let bytes = 0;
  return texts.filter((text) => (bytes += bytesOf([text])) <= bytesMax);
}

/** Size in JSON, with quotes and a comma per text. */
function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length + 3, 0);
}

function distances(keys: readonly number[]): number[] {
  const sorted = [...keys].sort((a, b) => a - b).slice(0, REFUSED_KEYS_MAX);
  let bytes = 0;
  const steps = sorted.map((key, at) => key - (sorted[at - 1] ?? 0));
  return steps.filter((step) => (bytes += String(step).length + 1) <= REFUSED_KEYS_BYTES_MAX);
}
