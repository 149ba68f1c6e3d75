import type { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import type { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { type Judged, type Status, STATUSES } from '@icmp-mon/status/contract';
import {
  boundsOf,
  type FilterField,
  type FilterTerm,
  lowerCase,
  PLACEMENTS,
  type TargetFilter,
} from '@icmp-mon/targets/contract';
import { globPattern, isSearched, searchedKeys } from './search-condition';
import { statusCondition } from './not-judged-rows';

/** State of other contexts that a filter refers to. */
export interface FilterContext {
  judged: Judged;
  agentTargets: AgentTargets;
  placements: TargetPlacements;
  maintenance: TargetsInMaintenance;
}

type TextTerm = Exclude<FilterTerm, { kind: 'within' }>;

/** How the rows of a table are selected by a filter. Its columns id, ip, name, tier, vrf, owner, paused and parents have these names in every table. */
export interface FilteredTable {
  name: string;
  /** Condition for a filter that compares nothing but names and tags. */
  searchedCondition(filter: TargetFilter, params: unknown[]): string;
  agentCondition(term: TextTerm, params: unknown[]): string;
  statusCondition(statuses: readonly string[], params: unknown[]): string;
  placementCondition(placements: readonly string[], params: unknown[]): string;
  maintenanceCondition(isIn: boolean): string;
}

/**
 * Returns the SQL condition on `target_list` for a filter; it is true for the targets that `filterPredicate` matches, and never null.
 * Texts of the filter are added to `params`.
 *
 *   terms on tags and names  → keys from target_search, by its trigram index    (search-condition.ts)
 *   agent, placement         → keys from the assignment
 *   maintenance              → keys from the open occurrences
 *   status, tier, vrf, ip    → columns of target_list, by their indexes
 *   owner, paused, parent    → columns of target_list, by a scan
 *
 * Adjacent terms on tags and names become one selection of keys, so that the most selective term narrows it.
 */
export function filterCondition(filter: TargetFilter, params: unknown[], context: FilterContext): string {
  return tableCondition(filter, params, listTable(context));
}

function listTable({ judged, agentTargets, placements, maintenance }: FilterContext): FilteredTable {
  return {
    name: 'target_list',
    searchedCondition: searchedKeys,
    agentCondition: (term, params) =>
      `((target_list.key IN (${agentTargets.selectKeys((column) => textCondition(column, term, params))})) IS TRUE)`,
    statusCondition(statuses, params) {
      const ranks = statuses.map((status) => STATUSES.indexOf(status as Status));
      return statusCondition(ranks, judged, params);
    },
    placementCondition: (values, params) => placementCondition(values, placements, params),
    maintenanceCondition: (isIn) =>
      `((target_list.key IN (${maintenance.selectKeys()})) IS ${isIn ? 'TRUE' : 'NOT TRUE'})`,
  };
}

/** Only reasons are stored, so `ok` is the absence of the other reasons. */
function placementCondition(values: readonly string[], placements: TargetPlacements, params: unknown[]): string {
  const isOk = values.includes('ok');
  params.push(PLACEMENTS.filter((value) => value !== 'ok' && values.includes(value) !== isOk));
  const keys = placements.selectKeys(`$${params.length}::text[]`);
  return `((target_list.key IN (${keys})) IS ${isOk ? 'NOT TRUE' : 'TRUE'})`;
}

/** Returns a table for filters that compare only what the inventory states. Callers refuse the other fields before. */
export function inventoryTable(name: string, searchedCondition: FilteredTable['searchedCondition']): FilteredTable {
  const refuseField = (field: FilterField) => (): never => {
    throw new Error(`${name} has no ${field}.`);
  };
  return {
    name,
    searchedCondition,
    agentCondition: refuseField('agent'),
    statusCondition: refuseField('status'),
    placementCondition: refuseField('placement'),
    maintenanceCondition: refuseField('maintenance'),
  };
}

/** Returns the SQL condition on a table for a filter; never null. */
export function tableCondition(filter: TargetFilter, params: unknown[], table: FilteredTable): string {
  if (isSearched(filter)) return table.searchedCondition(filter, params);
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const searched = filter.parts.filter(isSearched);
      const conditions = filter.parts
        .filter((part) => !isSearched(part))
        .map((part) => tableCondition(part, params, table));
      const [only, second] = searched;
      const together = second === undefined ? only : { kind: filter.kind, parts: searched };
      if (together !== undefined) conditions.push(table.searchedCondition(together, params));
      return `(${conditions.join(` ${filter.kind.toUpperCase()} `)})`;
    }
    case 'not':
      return `NOT ${tableCondition(filter.part, params, table)}`;
    case 'present':
    case 'oneOf':
    case 'like':
    case 'within':
      return columnCondition(filter, params, table);
  }
}

/** Fields without an index in the order of the list. */
const SCANNED: ReadonlySet<string> = new Set(['agent', 'owner', 'paused', 'parent', 'placement', 'maintenance']);

/** Returns whether the rows of a page may be far apart in the order of the list: the filter selects keys from another table, or scans. */
export function selectsKeys(filter: TargetFilter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.some(selectsKeys);
    case 'not':
      return selectsKeys(filter.part);
    case 'within':
      return false;
    case 'present':
    case 'oneOf':
    case 'like':
      return isSearched(filter) || SCANNED.has(filter.subject);
  }
}

function columnCondition(term: FilterTerm, params: unknown[], table: FilteredTable): string {
  if (term.kind === 'within') return addressCondition(term.ranges, params, table);
  if (term.subject === 'agent') return table.agentCondition(term, params);
  if (term.kind === 'oneOf' && term.subject === 'status') return table.statusCondition(term.values, params);
  if (term.kind === 'oneOf' && term.subject === 'placement') return table.placementCondition(term.values, params);
  if (term.kind === 'oneOf' && term.subject === 'maintenance') return maintenanceCondition(term.values, table);
  if (term.kind === 'oneOf' && term.subject === 'paused') {
    params.push(term.values.map((value) => value === 'true'));
    return `(${table.name}.paused = ANY ($${params.length}::boolean[]))`;
  }
  if (term.subject === 'parent') return parentCondition(term, params, table);
  if (term.subject === 'owner') return ownerCondition(term, params, table);
  return textCondition(`${table.name}.${columnOf(term.subject)}`, term, params);
}

const maintenanceCondition = (values: readonly string[], table: FilteredTable): string =>
  values.length > 1 ? 'TRUE' : table.maintenanceCondition(values[0] === 'true');

/** The lower case is that of `target_search`, which does not depend on the database's locale. */
function ownerCondition(term: TextTerm, params: unknown[], { name }: FilteredTable): string {
  const column = `lower(${name}.owner COLLATE pg_c_utf8)`;
  return `(${name}.owner IS NOT NULL AND ${textCondition(column, inLowerCase(term), params)})`;
}

function inLowerCase(term: TextTerm): TextTerm {
  if (term.kind === 'like') return { ...term, pattern: lowerCase(term.pattern) };
  return term.kind === 'oneOf' ? { ...term, values: term.values.map(lowerCase) } : term;
}

/** The ids of the parents are read once per statement. */
function parentCondition(term: TextTerm, params: unknown[], { name }: FilteredTable): string {
  if (term.kind !== 'oneOf') return `(${name}.parents <> '{}')`;
  params.push(term.values);
  const ids = `SELECT parent.id FROM ${name} parent WHERE parent.ip = ANY ($${params.length}::inet[])`;
  return `(${name}.parents && ARRAY(${ids}))`;
}

/** Returns the column of a subject: names and tags are only tested for presence here. */
function columnOf(subject: string): 'name' | 'tier' | 'vrf' {
  if (subject === 'name' || subject === 'tier' || subject === 'vrf') return subject;
  throw new Error(`There is no column for ${subject}.`);
}

function textCondition(column: string, term: TextTerm, params: unknown[]): string {
  if (term.kind === 'present') return `(${column} IS NOT NULL)`;
  if (term.kind === 'like') {
    params.push(globPattern(term.pattern));
    return `(${column} LIKE $${params.length})`;
  }
  const [only, second] = term.values;
  params.push(second === undefined ? only : term.values);
  return second === undefined ? `(${column} = $${params.length})` : `(${column} = ANY ($${params.length}::text[]))`;
}

/** Every stored address is a single host, so the rows of a range lie between its ends in the index of addresses. */
function addressCondition(ranges: readonly string[], params: unknown[], { name }: FilteredTable): string {
  const conditions = ranges.map((range) => {
    const { first, last } = boundsOf(range);
    params.push(first, last);
    return `${name}.ip BETWEEN $${params.length - 1}::inet AND $${params.length}::inet`;
  });
  return `(${conditions.join(' OR ')})`;
}
