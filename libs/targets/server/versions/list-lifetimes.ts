import { ActorNames, type Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { streamOf } from '@icmp-mon/platform/event-store';
import { TARGET_STREAM, type TargetLifetime, type TargetLifetimes } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { isoText } from '../target-list/target-row';
import { FormerTargets } from './former-targets';

/** Lists the targets that have or had an address, newest first: that of a target by its id, also of a removed one, or an address. */
export class ListLifetimes extends Query<TargetLifetimes> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListLifetimes)
export class ListLifetimesHandler implements IQueryHandler<ListLifetimes> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly targets: FormerTargets,
    private readonly actors: ActorNames,
  ) {}

  /** @throws DomainError `not_found`, `ambiguous` (the address was in several VRFs) */
  async execute({ ref, vrf, scope }: ListLifetimes): Promise<TargetLifetimes> {
    const [asked] = await this.readLifetimes(await this.targets.findIds(ref, vrf, scope));
    if (asked === undefined) throw new DomainError('not_found', `There was no target ${ref}.`);
    // The versions of a target removed long ago are deleted; its events remain. Its address may be one that is refused today.
    const ids = await this.targets.idsAt(asked, scope);
    const items = await this.readLifetimes([...new Set([...ids, asked.id])]);
    const removers = items.flatMap(({ removedBy }) => removedBy ?? []);
    const names = await this.actors.namesOf([...new Set(removers)]);
    return { items: items.map((item) => ({ ...item, removedByName: names.get(item.removedBy ?? '') ?? null })) };
  }

  /** Returns when targets existed, from their events, the one with the highest key first. */
  private readLifetimes(ids: readonly string[]): Promise<Omit<TargetLifetime, 'removedByName'>[]> {
    return this.database.query(
      `SELECT first.data->>'targetId' AS id, first.data->>'ip' AS ip, first.data->>'vrf' AS vrf,
         ${isoText('first.occurred_at')} AS "registeredAt", ${isoText('removal.occurred_at')} AS "removedAt",
         removal.metadata->>'actor' AS "removedBy"
       FROM event first LEFT JOIN event removal ON removal.stream = first.stream AND removal.type = 'TargetRemoved'
       WHERE first.stream = ANY ($1::text[]) AND first.version = 1 ORDER BY (first.data->>'key')::integer DESC`,
      [ids.map((id) => streamOf(TARGET_STREAM, id))],
    );
  }
}
