import type { Scope } from '@icmp-mon/identity/contract';
import { isUniqueViolation } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { DEFAULT_VRF, type RegisterTargetRequest, scopePredicate, type TargetView } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { canonicalAddress } from '@icmp-mon/targets/wire';
import { AddressCheck } from './address-check';
import { ParentTargets } from './parent-targets';
import { register, TARGET } from './target';
import { ADDRESS_TAKEN } from './target-list/inventory';
import { registeredView } from './target-list/target-row';
import { TierNames } from './tier-names';
import { errorInScope, outsideScope } from './within-scope';

/** Registers an address as a target. */
export class RegisterTarget extends Command<TargetView> {
  constructor(
    readonly request: RegisterTargetRequest,
    readonly metadata: RequestMetadata,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(RegisterTarget)
export class RegisterTargetHandler implements ICommandHandler<RegisterTarget> {
  constructor(
    private readonly store: EventStore,
    private readonly addresses: AddressCheck,
    private readonly tiers: TierNames,
    private readonly parents: ParentTargets,
  ) {}

  /** @throws DomainError `invalid` (address, tier, parents), `forbidden` (scope); TargetExists */
  async execute({ request, metadata, scope }: RegisterTarget): Promise<TargetView> {
    const address = canonicalAddress(request.ip);
    if (!address.ok) throw new DomainError('invalid', address.reason, [{ pointer: '#/ip', detail: address.reason }]);
    const { ip } = address;
    const { vrf = DEFAULT_VRF, name = null, tags = {}, tier, paused = false, notes = null, owner = null } = request;
    // First, so that a caller with a scope learns nothing about other addresses.
    if (scope !== null && !scopePredicate(scope)({ ip, vrf, name, tags, tier, owner })) throw outsideScope(scope);
    // Outside the transaction: an unused key is only a gap, and no key is used twice.
    const { key, tierExists, takenBy } = await this.addresses.checkAddress({ tier, vrf, ip });
    if (!tierExists) throw await this.tiers.unknownTier(tier);
    if (takenBy !== null) throw await this.addresses.existsError({ ip, vrf }, takenBy, scope);
    const found = await this.parents.findParents(request.parents ?? [], vrf, scope);
    const parents = found.map(({ id }) => id).sort();
    const target = { targetId: newId(), key, ip, vrf, name, tags, tier, paused, parents, notes, owner };
    try {
      const { answer } = await this.store.execute(TARGET, target.targetId, (state) => register(state, target), {
        metadata,
        expectedVersion: 0,
        answer: (_sql, [event]) => registeredView(target, found, event),
      });
      return answer;
    } catch (error) {
      if (isUniqueViolation(error, ADDRESS_TAKEN)) throw await this.addresses.takenError({ ip, vrf }, scope, error);
      throw errorInScope(scope, error);
    }
  }
}
