import { ActorNames } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { readHistory, type RecordedEvent } from '@icmp-mon/platform/event-store';
import {
  completePolicy,
  TIER_STREAM,
  type TierDefined,
  type TierEvent,
  type TierRemovalStarted,
  type TierVersionView,
} from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { UnknownTier } from './unknown-tier';

/** Maximum number of versions in one response. */
export const VERSIONS_PER_PAGE = 100;

const CHANGES = { TierDefined: 'defined', TierRemovalStarted: 'removal-started', TierRemoved: 'removed' } as const;

/** Lists the versions of a tier below a version, newest first, at most 100; also of a removed tier. */
export class ListTierVersions extends Query<{ items: TierVersionView[]; next: number | null }> {
  constructor(
    readonly name: string,
    readonly below: number | undefined,
  ) {
    super();
  }
}

@QueryHandler(ListTierVersions)
export class ListTierVersionsHandler implements IQueryHandler<ListTierVersions> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly unknown: UnknownTier,
    private readonly actors: ActorNames,
  ) {}

  /** @throws DomainError `not_found` if there never was such a tier */
  async execute({ name, below }: ListTierVersions): Promise<{ items: TierVersionView[]; next: number | null }> {
    const limit = VERSIONS_PER_PAGE + 1;
    const events = await readHistory<TierEvent>(this.database, TIER_STREAM, name, { ...(below && { below }), limit });
    if (events.length === 0 && below === undefined) throw await this.unknown.notFound(name);
    const page = events.slice(0, VERSIONS_PER_PAGE);
    const names = await this.actors.namesOf([...new Set(page.map(({ metadata }) => metadata.actor))]);
    const items = page.map((event) => versionView(event, names.get(event.metadata.actor) ?? null));
    return { items, next: events.length < limit ? null : items[items.length - 1].version };
  }
}

function versionView(event: RecordedEvent<TierEvent>, byName: string | null): TierVersionView {
  const { version, occurredAt, metadata, type, data } = event;
  return {
    version,
    at: occurredAt,
    by: metadata.actor,
    byName,
    change: CHANGES[type],
    policy: type === 'TierDefined' ? completePolicy((data as TierDefined['data']).policy) : null,
    successor: type === 'TierRemovalStarted' ? (data as TierRemovalStarted['data']).successor : null,
  };
}
