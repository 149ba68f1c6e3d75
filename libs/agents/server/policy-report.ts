import { type AgentPolicyReport, POLICY_RANGES_BYTES_MAX, REFUSED_KEYS_MAX } from '@icmp-mon/agents/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';

const RANGE = /^[\d.]{7,15}(\/\d{1,2})?$|^[\da-f:.]{2,45}(\/\d{1,3})?$/i;
const RANGES_MAX = Math.floor(POLICY_RANGES_BYTES_MAX / 5);
const PACKETS_PER_SECOND_MAX = 1_000_000;
const KEY_MAX = 0xffff_ffff;

/**
 * Parses an agent's policy file into exactly the fields of the contract: unknown fields are dropped, wrong ones are refused.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readPolicyReport(body: unknown): AgentPolicyReport {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new DomainError('invalid', 'Send a JSON object with the content of the policy file.');
  }
  const { allow, deny, stopped, packetsPerSecond, refusedKeys } = body as Record<string, unknown>;
  const errors: FieldError[] = [];
  const demand = (field: string, good: boolean, detail: string): void => {
    if (!good) errors.push({ pointer: `#/${field}`, detail });
  };
  const ranges = `must be a list of at most ${RANGES_MAX} ranges such as 10.0.0.0/8`;
  demand('allow', allow === null || areRanges(allow), `${ranges}, or null`);
  demand('deny', areRanges(deny), ranges);
  demand('stopped', typeof stopped === 'boolean', 'must be true or false');
  demand(
    'packetsPerSecond',
    typeof packetsPerSecond === 'number' && packetsPerSecond > 0 && packetsPerSecond <= PACKETS_PER_SECOND_MAX,
    `must be a number above 0, at most ${PACKETS_PER_SECOND_MAX}`,
  );
  demand(
    'refusedKeys',
    areDistances(refusedKeys),
    `must be a list of at most ${REFUSED_KEYS_MAX} positive differences between keys`,
  );
  if (errors.length > 0) throw new DomainError('invalid', 'The policy file has invalid fields: see "errors".', errors);
  return { allow, deny, stopped, packetsPerSecond, refusedKeys } as AgentPolicyReport;
}

function areRanges(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > RANGES_MAX) return false;
  return (value as unknown[]).every((range) => typeof range === 'string' && RANGE.test(range));
}

function areDistances(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > REFUSED_KEYS_MAX) return false;
  const distances = value as unknown[];
  if (!distances.every((each) => typeof each === 'number' && Number.isSafeInteger(each) && each > 0)) return false;
  return distances.reduce<number>((sum, each) => sum + Number(each), 0) <= KEY_MAX;
}
