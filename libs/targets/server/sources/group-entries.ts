import { tagsFault } from '@icmp-mon/platform/text';
import { SOURCE_TARGETS_MAX, type SourceDefinition } from '@icmp-mon/targets/contract';
import { TARGET_TAGS } from '@icmp-mon/targets/wire';
import { cleanText, identifierOf, textOf } from './entry-texts';
import { entryOf, type SourceEntry } from './source-entry';
import { SourceFault } from './source-fault';

/** Entries of one piece. */
const PIECE = 1_000;
const SHAPE = 'The list must be [{"targets": ["192.0.2.1"], "labels": {"site": "fra"}}], as Prometheus documents it.';

interface Group {
  targets: string[];
  labels: Record<string, string>;
}

/**
 * Returns the entries of target groups of Prometheus, in pieces; numbers follow `before` entries of other files.
 * @param place what is read, for messages: `The list`, or `The file edge.json`
 * @throws SourceFault if they have another shape, or are too many
 */
export function* groupEntries(
  body: unknown,
  source: SourceDefinition,
  place: string,
  before = 0,
): Generator<SourceEntry[]> {
  const groups = groupsOf(body, place);
  const count = before + groups.reduce((sum, { targets }) => sum + targets.length, 0);
  if (count > SOURCE_TARGETS_MAX) throw tooMany(count);
  let entry = before;
  let piece: SourceEntry[] = [];
  for (const { targets, labels } of groups) {
    const tags = tagsOf(labels, source);
    // Once per group: a group with many targets may have many labels.
    const fault = tagsFault(tags, TARGET_TAGS);
    const name = source.nameFrom === null ? undefined : cleanText(labels[source.nameFrom] ?? '');
    for (const address of targets) {
      entry += 1;
      const given = { address, vrf: source.vrf, name, tags: fault === null ? tags : {}, tier: source.tier };
      piece.push(withFault(entryOf(entry, given), fault));
      if (piece.length < PIECE) continue;
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) yield piece;
}

/** Returns the entry, refused for a fault of its tags unless it has another one. */
function withFault(entry: SourceEntry, fault: string | null): SourceEntry {
  if (fault === null || 'reason' in entry) return entry;
  return { entry: entry.entry, address: entry.address, vrf: entry.target.vrf, reason: `tags ${fault}` };
}

function tooMany(count: number): SourceFault {
  const [listed, most] = [count, SOURCE_TARGETS_MAX].map((each) => each.toLocaleString('en-GB'));
  return new SourceFault(
    `The list has ${listed} targets; a source has at most ${most}.`,
    'Split the list into several sources.',
  );
}

function groupsOf(body: unknown, place: string): Group[] {
  if (!Array.isArray(body)) {
    const what =
      body === null || body === undefined ? 'is empty; a list without targets is []' : 'is not a list of groups';
    throw new SourceFault(`${place} ${what}.`, SHAPE);
  }
  return body.map((group: unknown, at): Group => {
    const { targets, labels = {} } = (typeof group === 'object' && group !== null ? group : {}) as Partial<
      Record<keyof Group, unknown>
    >;
    if (!Array.isArray(targets) || !targets.every((target) => typeof target === 'string')) {
      throw new SourceFault(`${place}: "targets" of group ${at + 1} is not a list of texts.`, SHAPE);
    }
    if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
      throw new SourceFault(`${place}: "labels" of group ${at + 1} is not an object.`, SHAPE);
    }
    const texts = Object.entries(labels).map(([label, value]) => [label, textOf(value) ?? '']);
    return { targets, labels: Object.fromEntries(texts) as Record<string, string> };
  });
}

/** Returns the tags of labels: the labels that the source names, or all whose name does not begin with `__`. */
function tagsOf(labels: Record<string, string>, { tagsFrom }: SourceDefinition): Record<string, string> {
  const pairs: [string | undefined, string | undefined][] =
    tagsFrom === null
      ? Object.keys(labels)
          .filter((label) => !label.startsWith('__'))
          .map((label) => [identifierOf(label), labels[label]])
      : Object.entries(tagsFrom).map(([key, label]) => [key, Object.hasOwn(labels, label) ? labels[label] : undefined]);
  return Object.fromEntries(
    pairs.filter(([key, value]) => key !== undefined && value !== undefined && value !== ''),
  ) as Record<string, string>;
}
