import type { Scope } from '@icmp-mon/identity/contract';
import { TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { Batching } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { JudgedTargets } from '@icmp-mon/status/contract';
import { scopePredicate, TargetDirectory, type TargetReference, type TargetView } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { canonicalAddress, shown, TARGET_ID } from '@icmp-mon/targets/wire';
import { andInScope, limitParents, scopeCondition } from './target-list/scope-condition';
import { FormerTargets } from './versions/former-targets';
import { type TargetRow, targetView, VIEW_COLUMNS } from './target-list/target-row';

const KEYS_MAX = 1_000;
const CANDIDATES_MAX = 100;
/** Most targets looked up by one statement: after an outage of the server, all clients reload at the same time. */
const IDS_TOGETHER_MAX = 250;

/** The address is in several VRFs; the problem document lists the candidates. */
export class AmbiguousTarget extends DomainError {
  readonly members: { candidates: { id: string; vrf: string; name: string | null }[] };

  constructor(ip: string, candidates: TargetView[]) {
    super('ambiguous', `${ip} is in several VRFs: choose one with ?vrf=, or use the id.`);
    this.members = { candidates: candidates.map(({ id, vrf, name }) => ({ id, vrf, name })) };
  }
}

const unknownTarget = (id: string): DomainError => new DomainError('not_found', `There is no target ${id}.`);

/** @throws DomainError `not_found` for a target that does not exist in the scope */
function visibleTarget(id: string, found: TargetView | null, scope: Scope): TargetView {
  if (found === null || !scopePredicate(scope)(found)) throw unknownTarget(id);
  return found;
}

/** Finds targets by id or address in the target list. */
@Injectable()
export class ListedTargets extends TargetDirectory {
  private readonly lookups: Batching<string, TargetView | null>;
  private readonly former: FormerTargets;

  constructor(
    private readonly database: ControlDatabase,
    private readonly judged: JudgedTargets,
    private readonly placements: TargetPlacements,
    private readonly maintenance: TargetsInMaintenance,
  ) {
    super();
    this.former = new FormerTargets(database);
    this.lookups = new Batching({ batchMax: IDS_TOGETHER_MAX, concurrentMax: 2 }, (ids) => this.byIds(ids));
  }

  override async findTarget(ref: string, vrf: string | undefined, scope: Scope): Promise<TargetReference> {
    return this.anyView(ref, vrf, scope);
  }

  override async findRecorded(ref: string, vrf: string | undefined, scope: Scope): Promise<TargetReference> {
    if (!TARGET_ID.test(ref)) return this.anyView(ref, vrf, scope);
    const listed = await this.lookups.askBatched(ref.toLowerCase());
    if (listed !== null) return visibleTarget(ref, listed, scope);
    const [visible] = await this.former.visibleIds([ref.toLowerCase()], scope);
    const found = visible === undefined ? null : await this.former.findReference(visible);
    if (found === null) throw unknownTarget(ref);
    return found;
  }

  /** Returns the target with the parents that are in the scope. @throws DomainError `not_found`; `ambiguous` with the candidates */
  async viewTarget(ref: string, vrf: string | undefined, scope: Scope): Promise<TargetView> {
    const [view] = await limitParents(this.database, [await this.anyView(ref, vrf, scope)], scope);
    return view;
  }

  private async anyView(ref: string, vrf: string | undefined, scope: Scope): Promise<TargetView> {
    if (TARGET_ID.test(ref)) return this.byId(ref, scope);
    const address = canonicalAddress(ref);
    if (!address.ok)
      throw new DomainError('not_found', `"${shown(ref)}" is neither the id nor the address of a target.`);
    const params: unknown[] = [address.ip, vrf ?? null, CANDIDATES_MAX];
    const rows = await this.database.query<TargetRow>(
      `SELECT ${VIEW_COLUMNS} FROM target_list WHERE ip = $1::inet AND ($2::text IS NULL OR vrf = $2) ${andInScope(scope, params)} ORDER BY vrf LIMIT $3`,
      params,
    );
    const views = await this.viewsOf(rows);
    const [only] = views;
    if (only === undefined) {
      throw new DomainError(
        'not_found',
        `${address.ip} is not a target${vrf === undefined ? '' : ` in the VRF ${shown(vrf)}`}.`,
      );
    }
    if (views.length > 1) throw new AmbiguousTarget(address.ip, views);
    return only;
  }

  override async byKeys(keys: readonly number[], scope: Scope): Promise<Map<number, TargetReference>> {
    if (keys.length > KEYS_MAX) throw new Error(`At most ${KEYS_MAX} targets per call, not ${keys.length}.`);
    const params: unknown[] = [keys];
    const rows = await this.database.query<TargetReference>(
      `SELECT id, key, host(ip) AS ip, vrf, name, tier FROM target_list WHERE key = ANY ($1::integer[]) ${andInScope(scope, params)}`,
      params,
    );
    return new Map(rows.map((row) => [row.key, row]));
  }

  override async keysInScope(scope: string): Promise<number[]> {
    const params: unknown[] = [];
    const rows = await this.database.query<{ key: number }>(
      `SELECT key FROM target_list WHERE ${scopeCondition(scope, params)}`,
      params,
    );
    return rows.map(({ key }) => key);
  }

  override async countByTier(scope: string): Promise<ReadonlyMap<string, number>> {
    const params: unknown[] = [];
    const rows = await this.database.query<{ tier: string; count: number }>(
      `SELECT tier, count(*) AS count FROM target_list WHERE ${scopeCondition(scope, params)} GROUP BY tier`,
      params,
    );
    return new Map(rows.map(({ tier, count }) => [tier, count]));
  }

  private async byId(id: string, scope: Scope): Promise<TargetView> {
    return visibleTarget(id, await this.lookups.askBatched(id.toLowerCase()), scope);
  }

  private async byIds(ids: readonly string[]): Promise<(TargetView | null)[]> {
    const rows = await this.database.query<TargetRow>(
      `SELECT ${VIEW_COLUMNS} FROM target_list WHERE id = ANY ($1::uuid[])`,
      [ids],
    );
    const views = new Map((await this.viewsOf(rows)).map((view) => [view.id, view]));
    return ids.map((id) => views.get(id) ?? null);
  }

  private async viewsOf(rows: readonly TargetRow[]): Promise<TargetView[]> {
    const judged = await this.judged.now();
    const keys = rows.map(({ key }) => key);
    const [placements, marks] = await Promise.all([this.placements.byKeys(keys), this.maintenance.byKeys(keys)]);
    return rows.map((row) => targetView(row, judged, placements.get(row.key), marks.get(row.key)));
  }
}
