import { ActorNames } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { aggregateIdOf, ERASED, type EventWithPrevious, readNewest, streamOf } from '@icmp-mon/platform/event-store';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import {
  type MemberChange,
  PERSONAL_MEMBERS,
  type RecordedTarget,
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
  async execute({ ref, asked }: ListTargetVersions): Promise<TargetChangePage> {
    const { vrf, cursor, limit = LIMIT_DEFAULT } = asked;
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeNumberCursor(LIST, cursor, 1)[0];
    const ids = await this.targets.findIds(ref, vrf);
    const streams = ids.map((id) => streamOf(TARGET_STREAM, id));
    const events = await readNewest(this.database, streams, { before, limit: limit + 1 });
    if (events.length === 0 && cursor === undefined) throw new DomainError('not_found', `There was no target ${ref}.`);
    const page = events.slice(0, limit);
    const names = await this.actors.namesOf([...new Set(page.map(({ metadata }) => metadata.actor))]);
    const erased = await this.targets.erasedStreams(streams);
    const last = page.at(-1);
    return {
      items: await this.withAddresses(page.flatMap((event) => changeView(event, names, erased.has(event.stream)))),
      next: events.length > limit && last !== undefined ? encodeNumberCursor(LIST, [last.position]) : null,
    };
  }

  /** Adds the addresses of parents to their changes. */
  private async withAddresses(items: TargetChange[]): Promise<TargetChange[]> {
    const idOf = ({ member, from, to }: MemberChange): string | null => (member === 'parent' ? (to ?? from) : null);
    const ids = items.flatMap(({ changes }) => changes.map(idOf)).filter((id) => id !== null);
    const addresses = await this.targets.addressesOf([...new Set(ids)]);
    const withAddress = (change: MemberChange): MemberChange => {
      const ip = addresses.get(idOf(change) ?? '');
      return ip === undefined ? change : { ...change, ip };
    };
    return items.map((item) => ({ ...item, changes: item.changes.map(withAddress) }));
  }
}

/** Returns the view of an event; none for an event of a newer release. */
function changeView(event: EventWithPrevious, names: ReadonlyMap<string, string>, isErased: boolean): TargetChange[] {
  const kind = KINDS[event.type];
  if (kind === undefined) return [];
  const { actor } = event.metadata;
  const isState = kind === 'registered' || kind === 'changed';
  return [
    {
      targetId: aggregateIdOf(event.stream),
      version: event.version,
      kind,
      at: event.occurredAt,
      by: actor,
      byName: names.get(actor) ?? null,
      changes: isState
        ? memberChanges(
            event.previous === null ? null : stateOf(event.previous, isErased),
            stateOf(event.data, isErased),
          )
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
