import { DEFAULT_VRF, IMPORT_MEMBERS, IMPORT_VERSION } from '@icmp-mon/targets/contract';
import { type LineMembers, readLine } from '@icmp-mon/targets/wire';
import { didYouMean } from '@icmp-mon/platform/text';
import { isObject } from '../../input';
import type { ItemFault } from '../fault';

/** A target of a file: where it is, and the members that the file states. */
export interface TargetItem {
  ip: string;
  vrf: string;
  members: LineMembers;
}

/** Members that null resets to what a new target has. */
const RESETS: Readonly<Record<string, unknown>> = { tags: {}, paused: false, parents: [] };
const TEXTS: readonly string[] = ['ip', 'vrf', 'name', 'tier', 'notes', 'owner'];
const OLD_BOOLEAN = /^(y|yes|n|no|on|off)$/i;

/** Parses a target by the same rules as the server. */
export function readTargetItem(value: unknown): { item: TargetItem } | { faults: ItemFault[] } {
  if (!isObject(value)) return refused([], 'A target must be an object: - ip: …');
  const given = Object.fromEntries(
    Object.entries(value).map(([member, each]): [string, unknown] => [
      member,
      each === null ? (RESETS[member] ?? null) : each,
    ]),
  );
  const unknown = Object.keys(given).filter((member) => !IMPORT_MEMBERS.some((each) => each === member));
  if (unknown.length > 0) return { faults: unknown.map(unknownMember) };
  const faults = typeFaults(given);
  if (faults.length > 0) return { faults };
  const line = readLine(given);
  if (!('fault' in line)) return { item: { ip: line.ip, vrf: line.vrf, members: line.members } };
  const { column, reason } = line.fault;
  const isSentence = /^[A-Z"0-9]/.test(reason);
  return refused(column === null ? [] : [column], isSentence ? reason : `${column ?? 'The target'} ${reason}.`);
}

export const placeKey = ({ vrf, ip }: Pick<TargetItem, 'ip' | 'vrf'>): string => `${vrf}\n${ip}`;

export const targetTitle = ({ vrf, ip }: Pick<TargetItem, 'ip' | 'vrf'>): string =>
  vrf === DEFAULT_VRF ? ip : `${ip} in ${vrf}`;

const refused = (path: ItemFault['path'], text: string): { faults: ItemFault[] } => ({ faults: [{ path, text }] });

function unknownMember(member: string): ItemFault {
  const text =
    member === IMPORT_VERSION
      ? 'version is not a member of a target in a configuration: remove it.'
      : `${member} is not a member of a target${didYouMean(member, IMPORT_MEMBERS)} Members: ${IMPORT_MEMBERS.join(', ')}.`;
  return { path: [member], text };
}

/** Returns values that YAML reads as another type than was probably meant. */
function typeFaults(given: Readonly<Record<string, unknown>>): ItemFault[] {
  const { paused, tags, parents } = given;
  const faults = TEXTS.flatMap((member) => notText([member], given[member]));
  if (typeof paused === 'string' && OLD_BOOLEAN.test(paused))
    faults.push({ path: ['paused'], text: `paused: ${paused} is a text in YAML 1.2: write true or false.` });
  if (isObject(tags))
    for (const [key, tag] of Object.entries(tags))
      faults.push(...(tag === null ? [emptyTag(key)] : notText(['tags', key], tag)));
  if (Array.isArray(parents))
    for (const [at, parent] of parents.entries()) faults.push(...notText(['parents', at], parent));
  return faults;
}

function notText(path: ItemFault['path'], value: unknown): ItemFault[] {
  if (typeof value !== 'number' && typeof value !== 'boolean') return [];
  return [
    {
      path,
      text: `${path.join('.')}: YAML reads ${value} as a ${typeof value === 'number' ? 'number' : 'truth value'}: put it in quotes.`,
    },
  ];
}

const emptyTag = (key: string): ItemFault => ({
  path: ['tags', key],
  text: `tags.${key} has no value: tags states all tags of the target, so leave the key out.`,
});
