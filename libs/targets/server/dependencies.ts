import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { ProjectedEvent } from '@icmp-mon/platform/event-store';
import {
  ANCESTORS_MAX,
  DEFAULT_VRF,
  type RecordedTarget,
  type TargetEvent,
  type TargetRemoved,
} from '@icmp-mon/targets/contract';
import { pathToItself, type DependencyGraph } from './dependency-path';

/** Advisory lock of the transactions that change dependencies; no other lock has this id. */
const DEPENDENCY_LOCK = 7_260_102;
const SHOWN_MAX = 5;

/** A rule on dependencies refused a change; the text names other targets. */
export class DependencyRefused extends DomainError {}

interface ListedTarget {
  id: string;
  ip: string;
  vrf: string;
  parents: string[];
}

/**
 * Refuses events after which a target would depend on a target that does not exist, or on itself. A change that leaves the parents as they are
 * is not refused, because nothing of this follows from it.
 *
 * - Runs after the events were projected, in the transaction of their append, so `target_list` contains them.
 * - The lock is held until the transaction ends. The next transaction that changes dependencies therefore sees the dependencies of this one,
 *   so of two concurrent changes that together make a cycle only one succeeds.
 * - Holds for every writer, because it belongs to the aggregate. A rebuild does not run it.
 *
 * @throws DomainError `invalid` (a parent is not a target), `conflict` (a cycle, too many dependencies, a removed target has dependents)
 */
export async function requireDependencies(sql: Sql, events: readonly ProjectedEvent<TargetEvent>[]): Promise<void> {
  const removed: string[] = [];
  const given: GivenParents[] = [];
  for (const { type, data, stream, version } of events) {
    if (type === 'TargetRemoved') removed.push((data as TargetRemoved['data']).targetId);
    if (type === 'TargetRemoved' || type === 'TargetErased') continue;
    const { targetId: id, parents = [] } = data as RecordedTarget;
    if (parents.length > 0) given.push({ id, stream, version, parents });
  }
  const dependent = await withOtherParents(sql, given);
  if (removed.length + dependent.length === 0) return;
  await lockDependencies(sql);
  if (removed.length > 0) await requireNoDependents(sql, removed);
  if (dependent.length > 0) await requireOrder(sql, dependent);
}

interface GivenParents {
  id: string;
  stream: string;
  version: number;
  parents: readonly string[];
}

/** Returns the targets whose parents differ from those before the event. */
async function withOtherParents(sql: Sql, given: readonly GivenParents[]): Promise<string[]> {
  if (given.length === 0) return [];
  const rows = await sql.query<{ id: string }>(
    `SELECT DISTINCT given.id FROM jsonb_to_recordset($1::jsonb) AS given (id text, stream text, version bigint, parents jsonb)
     LEFT JOIN event before ON before.stream = given.stream AND before.version = given.version - 1
     WHERE before.data->'parents' IS DISTINCT FROM given.parents`,
    [JSON.stringify(given)],
  );
  return rows.map(({ id }) => id);
}

/** Takes the lock of the transactions that change dependencies, until the transaction ends. */
export async function lockDependencies(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [DEPENDENCY_LOCK]);
}

async function requireNoDependents(sql: Sql, removed: readonly string[]): Promise<void> {
  const dependents = await sql.query<{ ip: string; vrf: string; count: number }>(
    `SELECT host(ip) AS ip, vrf, count(*) OVER () AS count FROM target_list
     WHERE parents <> '{}' AND parents && $1::uuid[] ORDER BY vrf, target_list.ip LIMIT ${SHOWN_MAX}`,
    [removed],
  );
  const [first] = dependents;
  if (first === undefined) return;
  const rest = first.count > dependents.length ? ` and ${first.count - dependents.length} more` : '';
  const listed = dependents.map(nameOf).join(', ') + rest;
  const depend = first.count === 1 ? '1 target depends' : `${first.count} targets depend`;
  throw new DependencyRefused(
    'conflict',
    `${depend} on it: ${listed}. The filter parent=<address> lists them; remove this parent from them first.`,
  );
}

/** Requires that all parents exist, and that no target is above itself. */
async function requireOrder(sql: Sql, changed: readonly string[]): Promise<void> {
  const limit = changed.length * (ANCESTORS_MAX + 1) + 1;
  const listed = await sql.query<ListedTarget>(
    `WITH RECURSIVE above(id) AS (
       SELECT unnest($1::uuid[])
       UNION
       SELECT parent FROM above JOIN target_list t USING (id), unnest(t.parents) AS parent
     )
     SELECT id, host(ip) AS ip, vrf, parents::text[] AS parents FROM above JOIN target_list USING (id)
     LIMIT ${limit}`,
    [changed],
  );
  if (listed.length === limit) throw tooManyAncestors();
  const targets = new Map(listed.map((target) => [target.id, target]));
  const graph: DependencyGraph = { parentsOf: (id) => targets.get(id)?.parents ?? [], ancestorsMax: ANCESTORS_MAX };
  for (const id of changed) {
    const missing = targets.get(id)?.parents.find((parent) => !targets.has(parent));
    if (missing !== undefined)
      throw refusedParents('invalid', `There is no target ${missing}: it was removed just now`);
    const path = pathToItself(id, graph);
    if (path === 'too many') throw tooManyAncestors();
    if (path === null) continue;
    const names = path.map((each) => nameOf(targets.get(each) ?? { ip: each, vrf: DEFAULT_VRF }));
    throw refusedParents('conflict', `The target would depend on itself: ${names.join(' → ')}`);
  }
}

const refusedParents = (code: 'invalid' | 'conflict', detail: string): DomainError =>
  new DependencyRefused(code, `${detail}.`, [{ pointer: '#/parents', detail }]);

const tooManyAncestors = (): DomainError =>
  refusedParents('conflict', `A target may depend on at most ${ANCESTORS_MAX} targets over all levels`);

const nameOf = ({ ip, vrf }: Pick<ListedTarget, 'ip' | 'vrf'>): string =>
  vrf === DEFAULT_VRF ? ip : `${ip} (VRF ${vrf})`;
