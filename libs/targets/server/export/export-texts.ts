import {
  IMPORT_MEMBERS,
  IMPORT_VERSION,
  type ImportFormat,
  type ImportMember,
  tagsAsText,
} from '@icmp-mon/targets/contract';
import { guardedCell } from '../import/csv-formula';
import { parentReferences } from '../import/decide-line';
import type { ExportedTarget } from './export-pages';

/** How a format is written: what comes before the targets, one target, and what comes after them. */
interface Writing {
  head: string;
  textOf(target: ExportedTarget, isFirst: boolean): string;
  tail: string;
}

const SPECIAL = /[",\r\n;\t]/;

/** Returns a text as a cell (RFC 4180) that is not taken for a formula. */
function cellOf(text: string): string {
  const guarded = guardedCell(text);
  return SPECIAL.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

const CELLS: Readonly<Record<ImportMember, (target: ExportedTarget) => string>> = {
  ip: ({ ip }) => ip,
  vrf: ({ vrf }) => vrf,
  name: ({ name }) => name ?? '',
  tier: ({ tier }) => tier,
  tags: ({ tags }) => tagsAsText(tags),
  paused: ({ paused }) => String(paused),
  parents: ({ parents, vrf }) => parentReferences(parents, vrf).join(' '),
  notes: ({ notes }) => notes ?? '',
  owner: ({ owner }) => owner ?? '',
};

const csv: Writing = {
  head: `${IMPORT_MEMBERS.join(',')}\r\n`,
  textOf: (target) => `${IMPORT_MEMBERS.map((member) => cellOf(CELLS[member](target))).join(',')}\r\n`,
  tail: '',
};

/** The members that an import reads. */
function recordOf({ ip, vrf, name, tier, tags, paused, parents, notes, owner }: ExportedTarget): object {
  return { ip, vrf, name, tier, tags, paused, parents: parentReferences(parents, vrf), notes, owner };
}

const ndjson: Writing = { head: '', textOf: (target) => `${JSON.stringify(recordOf(target))}\n`, tail: '' };

/** An import changes a target of it only if the target still has this version. */
const versionedNdjson: Writing = {
  ...ndjson,
  textOf: (target) => `${JSON.stringify({ ...recordOf(target), [IMPORT_VERSION]: target.version })}\n`,
};

/** The list of Prometheus' `http_sd_configs`: one group per target. */
const httpSd: Writing = {
  head: '[',
  textOf: (target, isFirst) =>
    `${isFirst ? '\n' : ',\n'}${JSON.stringify({ targets: [target.ip], labels: labelsOf(target) })}`,
  tail: '\n]\n',
};

const NOT_OF_LABELS = /[^a-zA-Z0-9_]/g;

/** Returns labels that a relabelling can use; Prometheus drops labels that begin with `__` afterwards. */
function labelsOf({ id, vrf, name, tier, tags, paused, owner }: ExportedTarget): Record<string, string> {
  const ofTags = Object.entries(tags).map(([key, value]) => [
    `__meta_icmpmon_tag_${key.replace(NOT_OF_LABELS, '_')}`,
    value,
  ]);
  return {
    __meta_icmpmon_id: id,
    __meta_icmpmon_vrf: vrf,
    __meta_icmpmon_tier: tier,
    __meta_icmpmon_paused: String(paused),
    ...(name !== null && { __meta_icmpmon_name: name }),
    ...(owner !== null && { __meta_icmpmon_owner: owner }),
    ...Object.fromEntries(ofTags.sort()),
  };
}

export type ExportFormat = ImportFormat | 'http-sd' | 'versioned-ndjson';

const WRITINGS: Readonly<Record<ExportFormat, Writing>> = {
  csv,
  ndjson,
  'http-sd': httpSd,
  'versioned-ndjson': versionedNdjson,
};

/** Returns the text of a list of targets, one piece per page. */
export async function* exportTexts(
  pages: AsyncIterable<ExportedTarget[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  const { head, textOf, tail } = WRITINGS[format];
  let isFirst = true;
  let begin = head;
  for await (const page of pages) {
    const texts = page.map((target, at) => textOf(target, isFirst && at === 0));
    if (page.length > 0) isFirst = false;
    yield begin + texts.join('');
    begin = '';
  }
  yield tail;
}
