import { ControlDatabase, isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { IdempotentAnswers, idempotentRequest, type KeptAnswer, type RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { DEFAULT_VRF, type RegisterTargetRequest, type TargetView } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { canonicalAddress } from './canonical-address';
import { register, TARGET } from './target';
import { ADDRESS_TAKEN } from './target-list/inventory';
import { type TargetRow, targetView, VIEW_COLUMNS } from './target-list/target-row';

const CREATED = 201;

/** The address is a target of its VRF already; the problem document carries its id. */
export class TargetExists extends DomainError {
  readonly members: { targetId: string };

  constructor(ip: string, vrf: string, targetId: string) {
    super('conflict', `${ip} is a target in the VRF ${vrf} already: ${targetId}.`, [
      { pointer: '#/ip', detail: `is target ${targetId} already` },
    ]);
    this.members = { targetId };
  }
}

export class RegisterTarget extends Command<TargetView> {
  constructor(
    readonly request: RegisterTargetRequest,
    readonly metadata: RequestMetadata,
    readonly idempotencyKey: string | null = null,
  ) {
    super();
  }
}

@CommandHandler(RegisterTarget)
export class RegisterTargetHandler implements ICommandHandler<RegisterTarget> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly answers: IdempotentAnswers,
  ) {}

  async execute(command: RegisterTarget): Promise<TargetView> {
    const { request, metadata, idempotencyKey } = command;
    if (idempotencyKey === null) return this.register(request, metadata);
    const repeatable = idempotentRequest(metadata.actor, idempotencyKey, 'register-target', request);
    const answer = await this.answers.once(repeatable, async (keep) => {
      const body = await this.register(request, metadata, (sql, target) =>
        keep(sql, { status: CREATED, body: target }),
      );
      return { status: CREATED, body } satisfies KeptAnswer;
    });
    return answer.body as TargetView;
  }

  private async register(
    request: RegisterTargetRequest,
    metadata: RequestMetadata,
    keep?: (sql: Sql, target: TargetView) => Promise<void>,
  ): Promise<TargetView> {
    const address = canonicalAddress(request.ip);
    if (!address.ok) throw new DomainError('invalid', address.reason, [{ pointer: '#/ip', detail: address.reason }]);
    await this.requireTier(request.tier);
    const vrf = request.vrf ?? DEFAULT_VRF;
    const targetId = newId();
    // Taken outside the transaction: a key that is lost with it is a gap, and a key is never used twice.
    const key = await this.nextKey();
    const { name = null, tags = {}, tier } = request;
    const target = { targetId, key, ip: address.ip, vrf, name, tags, tier };
    let view: TargetView | undefined;
    try {
      await this.store.execute(TARGET, targetId, (state) => register(state, target), {
        metadata,
        expectedVersion: 0,
        within: async (sql) => {
          view = await readView(sql, targetId);
          await keep?.(sql, view);
        },
      });
    } catch (error) {
      if (isUniqueViolation(error, ADDRESS_TAKEN)) throw await this.taken(address.ip, vrf, error);
      throw error;
    }
    if (view === undefined) throw new Error(`The target ${targetId} was appended but not read back.`);
    return view;
  }

  private async requireTier(tier: string): Promise<void> {
    const [row] = await this.database.query('SELECT 1 FROM tier WHERE name = $1', [tier]);
    if (row !== undefined) return;
    const detail = `There is no tier "${tier}". GET /api/v1/tiers lists them.`;
    throw new DomainError('invalid', detail, [{ pointer: '#/tier', detail }]);
  }

  private async nextKey(): Promise<number> {
    const [row] = await this.database.query<{ key: number }>(`SELECT nextval('target_key_seq') AS key`);
    if (row === undefined) throw new Error('The sequence of target keys gave nothing.');
    return row.key;
  }

  private async taken(ip: string, vrf: string, error: unknown): Promise<unknown> {
    const [row] = await this.database.query<{ id: string }>(
      'SELECT id FROM target_list WHERE vrf = $1 AND ip = $2::inet',
      [vrf, ip],
    );
    // Removed between the refusal and this look: to try again is right.
    if (row === undefined)
      return new DomainError('conflict', `${ip} was a target until now. Try again.`, undefined, { cause: error });
    return new TargetExists(ip, vrf, row.id);
  }
}

async function readView(sql: Sql, targetId: string): Promise<TargetView> {
  const [row] = await sql.query<TargetRow>(`SELECT ${VIEW_COLUMNS} FROM target_list WHERE id = $1`, [targetId]);
  if (row === undefined) throw new Error(`The target ${targetId} is missing in its own transaction.`);
  return targetView(row);
}
