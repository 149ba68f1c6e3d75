import type { CommandSummary } from '@icmp-mon/commands/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { COMMAND_COLUMNS, type CommandRow } from './command-rows';
import { ReadCommands } from './read-commands';

export interface CommandPage {
  items: CommandSummary[];
  /** Cursor of the next page; null on the last page. */
  next: string | null;
}

/** Lists commands, newest first: all, or those of one target. */
export class ListCommands extends Query<CommandPage> {
  constructor(
    readonly page: { limit: number; cursor?: string; target?: string; vrf?: string },
    readonly scope: Scope,
  ) {
    super();
  }
}

const CURSOR = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@QueryHandler(ListCommands)
export class ListCommandsHandler implements IQueryHandler<ListCommands> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly targets: TargetDirectory,
    private readonly read: ReadCommands,
  ) {}

  /** @throws DomainError `invalid` for a cursor of another list; `not_found` and `ambiguous` for the target */
  async execute({ page: { limit, cursor, target, vrf }, scope }: ListCommands): Promise<CommandPage> {
    const keys = await this.keysOf(target, vrf, scope);
    const rows = await this.database.query<CommandRow>(
      `SELECT ${COMMAND_COLUMNS} FROM command c
       WHERE ($1::integer[] IS NULL OR c.target_key = ANY ($1::integer[])) AND ($2::uuid IS NULL OR c.id < $2)
       ORDER BY c.id DESC LIMIT $3`,
      [keys, placeOf(cursor), limit + 1],
    );
    const page = rows.slice(0, limit);
    return {
      items: await this.read.summaries(page),
      next: rows.length > limit ? encode(page[page.length - 1].id) : null,
    };
  }

  /** Returns the keys of the targets whose commands are listed; null: of all. */
  private async keysOf(target: string | undefined, vrf: string | undefined, scope: Scope): Promise<number[] | null> {
    if (target !== undefined) return [(await this.targets.findTarget(target, vrf, scope)).key];
    return scope === null ? null : this.targets.keysInScope(scope);
  }
}

/** Ids rise with time (UUIDv7), so an id is a place in the list. */
const encode = (id: string): string => Buffer.from(`commands ${id}`).toString('base64url');

function placeOf(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const [list, id] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (list === 'commands' && CURSOR.test(id ?? '')) return id;
  const detail = 'The cursor is not valid. Use the cursor of a page, or start without one.';
  throw new DomainError('invalid', detail, [{ pointer: '?cursor', detail }]);
}
