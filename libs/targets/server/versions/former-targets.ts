import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { aggregateIdOf, streamOf } from '@icmp-mon/platform/event-store';
import { scopeFilter, TARGET_STREAM, type TargetReference } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { canonicalAddress, shown, TARGET_ID } from '@icmp-mon/targets/wire';
import { scopeCondition } from '../target-list/scope-condition';
import { versionCondition } from './version-table';

/** Most targets of one address, newest first. */
const LIVES_MAX = 100;

/** The address was in several VRFs; the problem document lists the newest target of each. */
class AmbiguousFormerTarget extends DomainError {
  readonly members: { candidates: { id: string; vrf: string }[] };

  constructor(ip: string, candidates: { id: string; vrf: string }[]) {
    const vrfs = candidates.map(({ vrf }) => vrf).join(', ');
    super('ambiguous', `${ip} was in several VRFs (${vrfs}): choose one with ?vrf=.`);
    this.members = { candidates };
  }
}

/** Finds targets that exist or existed. */
@Injectable()
export class FormerTargets {
  constructor(private readonly database: ControlDatabase) {}

  /**
   * Returns the id itself, or the ids of all targets of the scope that have or had an address, newest first, at most 100.
   * @throws DomainError `not_found`; `ambiguous` for an address that was in several VRFs, with the candidates
   */
  async findIds(ref: string, vrf: string | undefined, scope: Scope): Promise<string[]> {
    if (TARGET_ID.test(ref)) return this.visibleIds([ref.toLowerCase()], scope);
    const address = canonicalAddress(ref);
    if (!address.ok)
      throw new DomainError('not_found', `"${shown(ref)}" is neither the id nor the address of a target.`);
    const lives = await this.readLives(address.ip, vrf);
    const visible = await this.visibleIds(
      lives.map(({ id }) => id),
      scope,
    );
    const rows = lives.filter(({ id }) => visible.includes(id));
    const newest = new Map(rows.toReversed().map(({ id, vrf: of }) => [of, { id, vrf: of }]));
    if (newest.size > 1) {
      throw new AmbiguousFormerTarget(address.ip, [...newest.values()].sort(byVrf));
    }
    if (rows.length === 0) throw new DomainError('not_found', `${address.ip} is not a target, and was none.`);
    return rows.map(({ id }) => id);
  }

  /** Returns the ids of all targets of the scope that have or had an address, newest first, at most 100. */
  async idsAt({ ip, vrf }: Pick<TargetReference, 'ip' | 'vrf'>, scope: Scope): Promise<string[]> {
    const lives = await this.readLives(ip, vrf);
    return this.visibleIds(
      lives.map(({ id }) => id),
      scope,
    );
  }

  /**
   * Returns those of the targets that are in the scope, in their order: as they are, or as they were when they were removed. A removed target
   * whose versions are deleted is in no scope.
   */
  async visibleIds(ids: readonly string[], scope: Scope): Promise<string[]> {
    if (scope === null || ids.length === 0) return [...ids];
    const params: unknown[] = [ids];
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM target_list WHERE id = ANY ($1::uuid[]) AND ${scopeCondition(scope, params)}
       UNION ALL
       SELECT id FROM (
         SELECT DISTINCT ON (id) * FROM target_version v WHERE id = ANY ($1::uuid[])
           AND NOT EXISTS (SELECT 1 FROM target_list l WHERE l.id = v.id) ORDER BY id, version DESC) AS target_version
       WHERE ${versionCondition(scopeFilter(scope), params)}`,
      params,
    );
    const visible = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => visible.has(id));
  }

  /** From the events, because the versions of targets that were removed long ago are deleted, and new targets may not have one yet. */
  private readLives(ip: string, vrf: string | undefined): Promise<{ id: string; vrf: string }[]> {
    return this.database.query(
      `SELECT data->>'targetId' AS id, data->>'vrf' AS vrf FROM event
       WHERE type = 'TargetRegistered' AND data->>'ip' = $1 AND ($2::text IS NULL OR data->>'vrf' = $2)
       ORDER BY position DESC LIMIT $3`,
      [ip, vrf ?? null, LIVES_MAX],
    );
  }

  /** Returns what identifies a target, also a removed one, as it was registered; the name is a personal datum. Null if there was none. */
  async findReference(id: string): Promise<TargetReference | null> {
    const [row] = await this.database.query<TargetReference>(
      `SELECT data->>'targetId' AS id, (data->>'key')::integer AS key, data->>'ip' AS ip, data->>'vrf' AS vrf, NULL AS name, data->>'tier' AS tier
       FROM event WHERE stream = $1 AND version = 1`,
      [streamOf(TARGET_STREAM, id.toLowerCase())],
    );
    return row ?? null;
  }

  /** Returns the addresses of targets that exist or existed, by their ids. */
  async addressesOf(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<{ stream: string; ip: string }>(
      `SELECT stream, data->>'ip' AS ip FROM event WHERE stream = ANY ($1::text[]) AND version = 1`,
      [ids.map((id) => streamOf(TARGET_STREAM, id))],
    );
    return new Map(rows.map(({ stream, ip }) => [aggregateIdOf(stream), ip]));
  }

  /** Returns the streams of targets whose personal data were erased. */
  async erasedStreams(streams: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.query<{ stream: string }>(
      `SELECT DISTINCT stream FROM event WHERE stream = ANY ($1::text[]) AND type = 'TargetErased'`,
      [streams],
    );
    return new Set(rows.map(({ stream }) => stream));
  }
}

const byVrf = (a: { vrf: string }, b: { vrf: string }): number => (a.vrf < b.vrf ? -1 : 1);
