import type { Sql } from '@icmp-mon/platform/database';
import { ANCESTORS_MAX, type TargetParent } from '@icmp-mon/targets/contract';
import { TARGET_ID } from '@icmp-mon/targets/wire';
import { pathToItself } from '../dependency-path';
import type { LineDecision } from './decide-line';
import type { WaitingLine } from './import-rows';
import { placeKey } from './known-targets';

const SHOWN_MAX = 6;

/** A target with its parents. */
interface Node extends TargetParent {
  parents: string[];
}

/** Targets above the targets that the lines of a part name as parents, and what these lines add, one after the other. */
export class PlannedParents {
  private readonly byId = new Map<string, TargetParent>();
  private readonly byPlace = new Map<string, TargetParent>();
  private readonly parents = new Map<string, readonly string[]>();

  private constructor(known: readonly Node[]) {
    for (const { parents, ...target } of known) this.addTarget(target, parents);
  }

  /**
   * Reads what is above the parents of lines.
   * @param fileId the file of a dry run, whose earlier lines count as done; null otherwise
   */
  static async readAbove(sql: Sql, lines: readonly WaitingLine[], fileId: string | null): Promise<PlannedParents> {
    const references = lines.flatMap(({ vrf, members }) => (members.parents ?? []).map((ref) => ({ vrf, ref })));
    if (references.length === 0) return new PlannedParents([]);
    const ids = references.filter(({ ref }) => TARGET_ID.test(ref)).map(({ ref }) => ref);
    const places = references.filter(({ ref }) => !TARGET_ID.test(ref)).map(({ vrf, ref }) => ({ vrf, ip: ref }));
    return new PlannedParents(await sql.query<Node>(ABOVE, [ids, JSON.stringify(places), fileId]));
  }

  /** Returns the ids of all targets that were read. */
  knownIds(): Iterable<string> {
    return this.byId.keys();
  }

  /** Returns the target that a line names as a parent, by its id, or by its address in the VRF of the line. */
  parentOf(reference: string, vrf: string): TargetParent | undefined {
    return TARGET_ID.test(reference) ? this.byId.get(reference) : this.byPlace.get(placeKey({ vrf, ip: reference }));
  }

  /**
   * Adds a decision, for those of the lines after it. Returns it, or its refusal if the target would then depend on itself or on too many
   * targets.
   */
  addDecision(decision: LineDecision): LineDecision {
    if (decision.outcome !== 'created' && decision.outcome !== 'changed') return decision;
    const { targetId: id, ip, vrf, parents } = decision.target;
    const setsParents = decision.outcome === 'created' || decision.setsParents;
    const before = this.parents.get(id);
    if (setsParents) this.parents.set(id, parents);
    const path = setsParents ? pathToItself(id, this.graph) : null;
    if (path === null) {
      this.addTarget({ id, ip, vrf }, this.parents.get(id) ?? []);
      return decision;
    }
    if (before === undefined) this.parents.delete(id);
    else this.parents.set(id, before);
    const reason =
      path === 'too many'
        ? `the target would depend on more than ${ANCESTORS_MAX} targets over all levels`
        : `the target would depend on itself: ${shownPath(path.map((each) => (each === id ? ip : (this.byId.get(each)?.ip ?? each))))}`;
    return { line: decision.line, outcome: 'refused', fault: { column: 'parents', reason } };
  }

  private get graph() {
    return { parentsOf: (id: string) => this.parents.get(id) ?? [], ancestorsMax: ANCESTORS_MAX };
  }

  private addTarget(target: TargetParent, parents: readonly string[]): void {
    this.byId.set(target.id, target);
    this.byPlace.set(placeKey(target), target);
    this.parents.set(target.id, parents);
  }
}

/** Returns addresses of a path as a text, of a long one only its ends. */
export function shownPath(path: readonly string[]): string {
  const shown = path.length > SHOWN_MAX ? [...path.slice(0, SHOWN_MAX - 1), '…', path[path.length - 1]] : path;
  return shown.join(' → ');
}

/** A target by its id: the line of a dry run comes first, because the target list does not have what it would do. */
const NODE = `
  (SELECT ip, vrf, parents FROM (
     SELECT l.ip, l.vrf, l.parents, 1 AS nr FROM import_line l
     WHERE l.file_id = $3 AND l.target_id = above.id AND l.parents IS NOT NULL
     UNION ALL
     SELECT host(t.ip), t.vrf, t.parents, 2 FROM target_list t WHERE t.id = above.id) AS found
   ORDER BY nr LIMIT 1) AS node`;

const ABOVE = `
  WITH RECURSIVE named(id) AS (
      SELECT unnest($1::uuid[])
      UNION
      SELECT t.id FROM jsonb_to_recordset($2::jsonb) AS place (vrf text, ip inet) JOIN target_list t USING (vrf, ip)
      UNION
      SELECT l.target_id FROM jsonb_to_recordset($2::jsonb) AS place (vrf text, ip text)
      JOIN import_line l USING (vrf, ip) WHERE l.file_id = $3 AND l.outcome = 'created'),
    above(id) AS (
      SELECT id FROM named
      UNION
      SELECT parent FROM above CROSS JOIN LATERAL ${NODE} CROSS JOIN LATERAL unnest(node.parents) AS parent)
  SELECT id, ip, vrf, parents::text[] AS parents FROM above CROSS JOIN LATERAL ${NODE}`;
