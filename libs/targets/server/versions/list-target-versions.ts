import { ActorNames, type Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { aggregateIdOf, ERASED, type EventWithPrevious, readNewest, streamOf } from '@icmp-mon/platform/event-store';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import {
  type MemberChange,
  PERSONAL_MEMBERS,
  type RecordedTarget,
  scopePredicate,
  TARGET_STREAM,
  type TargetChange,
  type TargetChangePage,
  type TargetData,
  targetDataOf,
} from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { FormerTargets } from './former-targets';
import { memberChanges } from './member-changes';

const LIMIT_DEFAULT = 100;
const LIST = 'target-versions';
const KINDS: Readonly<Record<string, TargetChange['kind']>> = {
  TargetRegistered: 'registered',
  TargetChanged: 'changed',
  TargetRemoved: 'removed',
  TargetErased: 'erased',
};

/** Lists the changes of a target by its id, or of all targets that have or had an address, newest first. */
export class ListTargetVersions extends Query<TargetChangePage> {
  constructor(
    readonly ref: string,
    readonly asked: { vrf?: string; cursor?: string; limit?: number },
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListTargetVersions)
export class ListTargetVersionsHandler implements IQueryHandler<ListTargetVersions> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly targets: FormerTargets,
    private readonly actors: ActorNames,
  ) {}

  /** @throws DomainError `not_found`, `ambiguous` (the address was in several VRFs), `invalid` (cursor) */
  async execute({ ref, asked, scope }: ListTargetVersions): Promise<TargetChangePage> {
    const { vrf, cursor, limit = LIMIT_DEFAULT } = asked;
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeNumberCursor(LIST, cursor, 1)[0];
    const ids = await this.targets.findIds(ref, vrf, scope);
    const streams = ids.map((id) => streamOf(TARGET_STREAM, id));
    const events = await readNewest(this.database, streams, { before, limit: limit + 1 });
    if (ids.length === 0 || (events.length === 0 && cursor === undefined))
      throw new DomainError('not_found', `There was no target ${ref}.`);
    const page = events.slice(0, limit);
    const names = await this.actors.namesOf([...new Set(page.map(({ metadata }) => metadata.actor))]);
    const erased = await this.targets.erasedStreams(streams);
    const last = page.at(-1);
    const isVisible = scopePredicate(scope);
    return {
      items: await this.withAddresses(
        page.flatMap((event) => changeView(event, { names, isErased: erased.has(event.stream), isVisible })),
        scope,
      ),
      next: events.length > limit && last !== undefined ? encodeNumberCursor(LIST, [last.position]) : null,
    };
  }

  /** Adds the addresses of parents to their changes, and removes changes of parents that are not in the scope. */
  private async withAddresses(items: TargetChange[], scope: Scope): Promise<TargetChange[]> {
    const idOf = ({ member, from, to }: MemberChange): string | null => (member === 'parent' ? (to ?? from) : null);
    const ids = items.flatMap(({ changes }) => changes.map(idOf)).filter((id) => id !== null);
    const visible = new Set(await this.targets.visibleIds([...new Set(ids)], scope));
    const addresses = await this.targets.addressesOf([...visible]);
    const isShown = (change: MemberChange): boolean => change.member !== 'parent' || visible.has(idOf(change) ?? '');
    const withAddress = (change: MemberChange): MemberChange => {
      const ip = addresses.get(idOf(change) ?? '');
      return ip === undefined ? change : { ...change, ip };
    };
    return items.map((item) => ({ ...item, changes: item.changes.filter(isShown).map(withAddress) }));
  }
}

interface ChangeContext {
  names: ReadonlyMap<string, string>;
  isErased: boolean;
  /** Returns whether the target was in the caller's scope. */
  isVisible(target: TargetData): boolean;
}

/**
 * Returns the view of an event; none for an event of a newer release, or one after which the target was not in the caller's scope. The change
 * that brought it into the scope does not show what it was before.
 */
function changeView(event: EventWithPrevious, { names, isErased, isVisible }: ChangeContext): TargetChange[] {
  const kind = KINDS[event.type];
  if (kind === undefined) return [];
  const { actor } = event.metadata;
  const isState = kind === 'registered' || kind === 'changed';
  if (isState && !isVisible(stateOf(event.data, false))) return [];
  const before =
    event.previous !== null && isState && isVisible(stateOf(event.previous, false)) ? event.previous : null;
  return [
    {
      targetId: aggregateIdOf(event.stream),
      version: event.version,
      kind,
      at: event.occurredAt,
      by: actor,
      byName: names.get(actor) ?? null,
      changes: isState
        ? memberChanges(before === null ? null : stateOf(before, isErased), stateOf(event.data, isErased))
        : [],
    },
  ];
}

/** Returns the target of an event. Events of older releases contain personal data in clear, also after their erasure. */
function stateOf(data: object, isErased: boolean): TargetData {
  const target = targetDataOf(data as RecordedTarget);
  if (!isErased) return target;
  const texts = PERSONAL_MEMBERS.map((member) => [member, target[member] === null ? null : ERASED]);
  return { ...target, ...Object.fromEntries(texts) } as TargetData;
}
