import { didYouMean, plainLinesFault, plainTextFault, tagsFault } from '@icmp-mon/platform/text';
import {
  DEFAULT_VRF,
  IMPORT_MEMBERS,
  IMPORT_VERSION,
  IMPORT_VERSION_MAX,
  type ImportMember,
  NOTES_LENGTH_MAX,
  PARENTS_MAX,
  type ReplaceTargetRequest,
} from '@icmp-mon/targets/contract';
import { canonicalAddress, shown } from './canonical-address';
import { IDENTIFIER, IDENTIFIER_LENGTH_MAX, IDENTIFIER_MESSAGE, TARGET_ID } from './identifier';
import { TARGET_TAGS } from './target-tags';

const NAME_LENGTH_MAX = 200;
const ADDRESS_LENGTH_MAX = 64;

/** Why a line is refused: the column or member, or null for the whole line, and the reason. */
export interface LineFault {
  column: string | null;
  reason: string;
}

/** Members of a target that a line sets. Absent members stay as they are; parents are ids, or canonical addresses in the VRF of the target. */
export type LineMembers = Partial<Omit<ReplaceTargetRequest, 'ip' | 'vrf'>>;

/** A valid line, by the target that it names: VRF and canonical address. */
export interface TargetLine {
  ip: string;
  vrf: string;
  members: LineMembers;
  /** Version that the target must have to be changed. With 0 the target must not exist. */
  version?: number;
}

type Fault = string | null;

const NAMES = [...IMPORT_MEMBERS, IMPORT_VERSION] as const;

/** Returns the line of a target, or why it is refused. Whether tier and parents exist is not decided here. */
export function readLine(given: Readonly<Record<string, unknown>>): TargetLine | { fault: LineFault } {
  for (const name of Object.keys(given)) {
    if (NAMES.some((member) => member === name)) continue;
    return refused(shown(name), `is not a member of a target${didYouMean(name, NAMES)}`);
  }
  const { ip, vrf = DEFAULT_VRF, version, ...members } = given as Partial<Record<(typeof NAMES)[number], unknown>>;
  if (typeof ip !== 'string') return refused('ip', ip === undefined ? 'is required' : 'must be a text');
  const address = canonicalAddress(ip);
  if (!address.ok) return refused('ip', address.reason);
  const ofVrf = identifierFault(vrf);
  if (ofVrf !== null) return refused('vrf', ofVrf);
  if (!isVersion(version)) return refused(IMPORT_VERSION, `must be a whole number from 0 to ${IMPORT_VERSION_MAX}`);
  for (const [name, rule] of Object.entries(RULES)) {
    const value = members[name as keyof typeof RULES];
    const fault = value === undefined ? null : rule(value);
    if (fault !== null) return refused(name, fault);
  }
  const { parents, ...others } = members as LineMembers;
  const lines: LineMembers = { ...others, ...(parents && { parents: [...new Set(parents.map(canonicalReference))] }) };
  return { ip: address.ip, vrf: vrf as string, members: lines, ...(version !== undefined && { version }) };
}

const isVersion = (value: unknown): value is number | undefined =>
  value === undefined || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= IMPORT_VERSION_MAX);

const refused = (column: string, reason: string): { fault: LineFault } => ({ fault: { column, reason } });

const RULES = {
  name: (value: unknown): Fault => (value === null ? null : textFault(value, NAME_LENGTH_MAX, plainTextFault)),
  tier: identifierFault,
  tags: (value: unknown): Fault => tagsFault(value, TARGET_TAGS),
  paused: (value: unknown): Fault => (typeof value === 'boolean' ? null : 'must be true or false'),
  parents: parentsFault,
  notes: (value: unknown): Fault => (value === null ? null : textFault(value, NOTES_LENGTH_MAX, plainLinesFault)),
  owner: (value: unknown): Fault => (value === null ? null : textFault(value, NAME_LENGTH_MAX, plainTextFault)),
} as const satisfies Partial<Record<ImportMember, (value: unknown) => Fault>>;

function textFault(value: unknown, lengthMax: number, rule: (text: string) => Fault): Fault {
  if (typeof value !== 'string' || value === '' || value.length > lengthMax) {
    return `must be a text of 1 to ${lengthMax} characters`;
  }
  return value.isWellFormed() ? rule(value) : 'contains a lone surrogate, which is not a valid Unicode character';
}

function identifierFault(value: unknown): Fault {
  const isValid = typeof value === 'string' && value.length <= IDENTIFIER_LENGTH_MAX && IDENTIFIER.test(value);
  return isValid ? null : `${IDENTIFIER_MESSAGE} (at most ${IDENTIFIER_LENGTH_MAX})`;
}

function parentsFault(value: unknown): Fault {
  if (!Array.isArray(value)) return 'must be a list of addresses or ids of targets';
  if (value.length > PARENTS_MAX) return `must have at most ${PARENTS_MAX} targets, not ${value.length}`;
  for (const each of value as unknown[]) {
    if (typeof each !== 'string' || each.length > ADDRESS_LENGTH_MAX)
      return 'must be a list of addresses or ids of targets';
    if (TARGET_ID.test(each)) continue;
    const address = canonicalAddress(each);
    if (!address.ok) return address.reason;
  }
  return null;
}

function canonicalReference(reference: string): string {
  const address = TARGET_ID.test(reference) ? null : canonicalAddress(reference);
  return address?.ok === true ? address.ip : reference.toLowerCase();
}
