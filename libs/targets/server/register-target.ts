import { ControlDatabase, isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { IdempotentAnswers, idempotentRequest, type KeptAnswer, type RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { DEFAULT_VRF, type RegisterTargetRequest, type TargetView } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AddressCheck } from './address-check';
import { canonicalAddress } from './canonical-address';
import { register, TARGET } from './target';
import { ADDRESS_TAKEN } from './target-list/inventory';
import { registeredView } from './target-list/target-row';

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
    private readonly addresses: AddressCheck,
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
    const { ip } = address;
    const { vrf = DEFAULT_VRF, name = null, tags = {}, tier } = request;
    // Outside the transaction: a key that is lost is a gap, and a key is never used twice.
    const { key, tierExists, takenBy } = await this.addresses.check({ tier, vrf, ip });
    if (!tierExists) {
      const detail = `There is no tier "${tier}". GET /api/v1/tiers lists them.`;
      throw new DomainError('invalid', detail, [{ pointer: '#/tier', detail }]);
    }
    if (takenBy !== null) throw new TargetExists(ip, vrf, takenBy);
    const target = { targetId: newId(), key, ip, vrf, name, tags, tier };
    try {
      const { events } = await this.store.execute(TARGET, target.targetId, (state) => register(state, target), {
        metadata,
        expectedVersion: 0,
        ...(keep !== undefined && { within: (sql, [event]) => keep(sql, registeredView(target, event)) }),
      });
      return registeredView(target, events[0]);
    } catch (error) {
      if (isUniqueViolation(error, ADDRESS_TAKEN)) throw await this.taken(ip, vrf, error);
      throw error;
    }
  }

  /** Somebody registered the address at the same moment. */
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
