import { TAG_KEY, type TargetSort } from '@icmp-mon/targets/contract';
import type { ListQuery } from './list-query';

/** Columns that can be chosen in addition to status and address, in their order. Tags by key stand between `tier` and `tags`. */
const FIELD_COLUMNS = ['name', 'owner', 'tier', 'tags', 'rtt', 'loss', 'strip', 'since', 'success'] as const;
type FieldColumn = (typeof FIELD_COLUMNS)[number];

const TAG_PREFIX = 'tag:';
/** Most columns of tags. */
export const TAG_COLUMNS_MAX = 8;

/** A column as in the URL: a field, or a tag by its key. */
export type ColumnId = FieldColumn | `tag:${string}`;

/** A column of the target list. */
export interface Column {
  id: 'status' | 'ip' | ColumnId;
  text: string;
  /** Sort order of the column; null if the list cannot be sorted by it. */
  sort: TargetSort | null;
  /** CSS class of the column's cells. */
  name: string;
  /** Key of the shown tag; null for other columns. */
  tagKey: string | null;
  /** Least width, px. */
  widthPx: number;
  /** Greatest width as a value of CSS. */
  upTo: string;
}

type Look = Pick<Column, 'text' | 'sort' | 'widthPx' | 'upTo'>;
const LOOKS: Readonly<Record<'status' | 'ip' | FieldColumn, Look>> = {
  status: { text: 'Status', sort: 'status', widthPx: 150, upTo: '200px' },
  ip: { text: 'Address', sort: 'ip', widthPx: 118, upTo: '190px' },
  name: { text: 'Name', sort: 'name', widthPx: 104, upTo: '1.3fr' },
  owner: { text: 'Owner', sort: null, widthPx: 84, upTo: '0.6fr' },
  tier: { text: 'Tier', sort: 'tier', widthPx: 70, upTo: '110px' },
  tags: { text: 'Tags', sort: null, widthPx: 150, upTo: '1.5fr' },
  rtt: { text: 'RTT', sort: null, widthPx: 78, upTo: '78px' },
  loss: { text: 'Loss 5 min', sort: null, widthPx: 70, upTo: '70px' },
  strip: { text: 'Loss 1 h', sort: null, widthPx: 120, upTo: '120px' },
  since: { text: 'Duration', sort: 'since', widthPx: 84, upTo: '84px' },
  success: { text: 'Last success', sort: null, widthPx: 92, upTo: '92px' },
};
const TAG_LOOK = { sort: null, widthPx: 84, upTo: '0.6fr' } as const;

/** Fields that can be chosen. */
export const FIELDS: readonly ColumnId[] = FIELD_COLUMNS;
export const DEFAULT_COLUMNS = FIELDS.filter((id) => id !== 'owner');

/** In this order, columns are left out of a narrow list; tags by key follow `tier`, the last one first. */
const LEFT_OUT = ['success', 'strip', 'tags', 'tier', 'owner', 'tag', 'loss', 'since', 'name', 'rtt'];
/** Distance of two columns, px. */
const GAP_PX = 12;

/** Reads the columns of a URL or a stored text; null for an absent one. Unknown columns are ignored. */
export function readColumns(text: string | null | undefined): ColumnId[] | null {
  if (text === null || text === undefined) return null;
  const asked = text.split(',');
  const tags = [...new Set(asked)].filter(isTagColumn).slice(0, TAG_COLUMNS_MAX);
  return inOrder(asked, tags);
}

function isTagColumn(id: string): id is `tag:${string}` {
  return id.startsWith(TAG_PREFIX) && TAG_KEY.test(id.slice(TAG_PREFIX.length));
}

function inOrder(asked: readonly string[], tags: readonly ColumnId[]): ColumnId[] {
  const fields = FIELD_COLUMNS.filter((field) => asked.includes(field));
  const isBefore = (field: FieldColumn): boolean => field === 'name' || field === 'owner' || field === 'tier';
  return [...fields.filter(isBefore), ...tags, ...fields.filter((field) => !isBefore(field))];
}

export const columnsText = (columns: readonly ColumnId[]): string => columns.join(',');

/** Returns status, address and the chosen columns. */
export function listColumns(chosen: readonly ColumnId[]): Column[] {
  return (['status', 'ip', ...chosen] as const).map((id) => {
    const tagKey = isTagColumn(id) ? id.slice(TAG_PREFIX.length) : null;
    if (tagKey !== null) return { id, name: 'tag-value', tagKey, text: tagKey, ...TAG_LOOK };
    const field = id as keyof typeof LOOKS;
    return { id: field, name: field, tagKey, ...LOOKS[field] };
  });
}

/** Returns the columns that fit into a width; status and address always stay. */
export function fittingColumns(columns: readonly Column[], widthPx: number): Column[] {
  const fitting = [...columns];
  const kindOf = ({ id }: Column): string => (isTagColumn(id) ? 'tag' : id);
  for (const kind of LEFT_OUT) {
    while (neededPx(fitting) > widthPx) {
      const at = fitting.findLastIndex((column) => kindOf(column) === kind);
      if (at < 0) break;
      fitting.splice(at, 1);
    }
  }
  return fitting;
}

const neededPx = (columns: readonly Column[]): number =>
  columns.reduce((sum, { widthPx }) => sum + widthPx, (columns.length - 1) * GAP_PX);

/** Returns the columns as a value of `grid-template-columns`. */
export const gridTemplate = (columns: readonly Column[]): string =>
  columns.map(({ widthPx, upTo }) => `minmax(${widthPx}px, ${upTo})`).join(' ');

/** Returns the `aria-sort` of a column; null if the list cannot be sorted by it. */
export function ariaSort({ sort }: Column, query: ListQuery): 'ascending' | 'descending' | 'none' | null {
  if (sort === null) return null;
  if (query.sort !== sort) return 'none';
  return query.order === 'asc' ? 'ascending' : 'descending';
}
