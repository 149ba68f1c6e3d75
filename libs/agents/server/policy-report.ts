import { type AgentPolicyReport, POLICY_RANGES_BYTES_MAX, REFUSED_KEYS_MAX } from '@icmp-mon/agents/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';

const RANGE = /^[\d.]{7,15}(\/\d{1,2})?$|^[\da-f:.]{2,45}(\/\d{1,3})?$/i;
const RANGES_MAX = Math.floor(POLICY_RANGES_BYTES_MAX / 5);
const PACKETS_PER_SECOND_MAX = 1_000_000;
const KEY_MAX = 0xffff_ffff;
const PORT = /^\d{1,5}(-\d{1,5})?$/;
const HOST = /^(\*\.)?[\w.-]{1,253}$/;
/** Any word: newer agents may know more kinds. */
const KIND = /^[a-z_]{1,64}$/;
const ITEMS_MAX = 1_000;

/**
 * Parses an agent's policy file into exactly the fields of the contract: unknown fields are dropped, wrong ones are refused.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readPolicyReport(body: unknown): AgentPolicyReport {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new DomainError('invalid', 'Send a JSON object with the content of the policy file.');
  }
  const { allow, deny, stopped, packetsPerSecond, refusedKeys, ...newer } = body as Record<string, unknown>;
  const errors: FieldError[] = [];
  const demand = (field: string, good: boolean, detail: string): void => {
    if (!good) errors.push({ pointer: `#/${field}`, detail });
  };
  const ranges = `must be a list of at most ${RANGES_MAX} ranges such as 10.0.0.0/8`;
  demand('allow', allow === null || areRanges(allow), `${ranges}, or null`);
  demand('deny', areRanges(deny), ranges);
  demand('stopped', typeof stopped === 'boolean', 'must be true or false');
  demand('packetsPerSecond', isRate(packetsPerSecond), `must be a number above 0, at most ${PACKETS_PER_SECOND_MAX}`);
  demand(
    'refusedKeys',
    areDistances(refusedKeys),
    `must be a list of at most ${REFUSED_KEYS_MAX} positive differences between keys`,
  );
  const added = readAdded(newer, demand);
  if (errors.length > 0) throw new DomainError('invalid', 'The policy file has invalid fields: see "errors".', errors);
  return { allow, deny, stopped, packetsPerSecond, ...added, refusedKeys } as AgentPolicyReport;
}

/** Parses the members that older agents do not report. */
function readAdded(
  { packetsPerSecondPerAddress, ports, httpHosts, commands, isCut }: Record<string, unknown>,
  demand: (field: string, good: boolean, detail: string) => void,
): object {
  const given = { packetsPerSecondPerAddress, ports, httpHosts, commands, isCut };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const good = {
    packetsPerSecondPerAddress: isRate(packetsPerSecondPerAddress),
    ports: arePorts(ports),
    httpHosts: areLists(httpHosts, HOST),
    commands: commands === null || areTexts(commands, KIND),
    isCut: typeof isCut === 'boolean',
  };
  for (const [field, isGood] of Object.entries(good)) {
    demand(field, known[field] === undefined || isGood, 'must have the form of the policy file');
  }
  return known;
}

function isRate(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= PACKETS_PER_SECOND_MAX;
}

function arePorts(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return Object.entries(value).every(([type, lists]) => KIND.test(type) && areLists(lists, PORT));
}

function areLists(value: unknown, form: RegExp): boolean {
  if (!isRecord(value) || Object.keys(value).length !== 2) return false;
  return (value['allow'] === null || areTexts(value['allow'], form)) && areTexts(value['deny'], form);
}

function areTexts(value: unknown, form: RegExp): boolean {
  if (!Array.isArray(value) || value.length > ITEMS_MAX) return false;
  return (value as unknown[]).every((text) => typeof text === 'string' && form.test(text));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
