import type { Scope } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { JudgedTargets } from '@icmp-mon/status/contract';
import type { ReplaceTargetRequest, TargetReference, TargetView } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { canonicalAddress, shown } from '@icmp-mon/targets/wire';
import { ParentTargets } from './parent-targets';
import { replace, TARGET } from './target';
import { ListedTargets } from './target-directory';
import { listedTarget } from './target-list/target-row';
import { TierNames } from './tier-names';
import { errorInScope, hiddenParents, withinScope } from './within-scope';

/** Replaces all members of a target that can change; with `expectedVersion`, only if the target still has that version. */
export class ReplaceTarget extends Command<TargetView> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly request: ReplaceTargetRequest,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(ReplaceTarget)
export class ReplaceTargetHandler implements ICommandHandler<ReplaceTarget> {
  constructor(
    private readonly store: EventStore,
    private readonly targets: ListedTargets,
    private readonly tiers: TierNames,
    private readonly parents: ParentTargets,
    private readonly judged: JudgedTargets,
  ) {}

  /** @throws DomainError `not_found`, `ambiguous`, `precondition_failed`, `forbidden` (scope), `conflict` (a cycle); `invalid` (address, VRF, tier, parents) */
  async execute({ ref, vrf, request, metadata, expectedVersion, scope }: ReplaceTarget): Promise<TargetView> {
    const target = await this.targets.viewTarget(ref, vrf, scope);
    requireSameAddress(target, request);
    const { tier, name = null, tags = {}, paused = false, notes = null, owner = null } = request;
    await this.tiers.requireKnownTier(tier);
    const found = await this.parents.findParents(request.parents ?? [], target.vrf, scope);
    const visible = await this.parents.visibleParents(target.id, scope);
    const members = { name, tags, tier, paused, notes, owner };
    const judged = await this.judged.now();
    const decide = withinScope(scope, (state) =>
      replace(state, { ...members, parents: [...found.map(({ id }) => id), ...hiddenParents(state, visible)] }),
    );
    try {
      const { answer } = await this.store.execute(TARGET, target.id, decide, {
        metadata,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
        answer: (sql) => listedTarget(sql, target.id, { judged, before: target, scope }),
      });
      return answer;
    } catch (error) {
      throw errorInScope(scope, error);
    }
  }
}

function requireSameAddress(target: TargetReference, { ip, vrf }: ReplaceTargetRequest): void {
  const address = ip === undefined ? { ok: true, ip: target.ip } : canonicalAddress(ip);
  if (!address.ok || address.ip !== target.ip) throw unchangeable('ip', target.ip);
  if (vrf !== undefined && vrf !== target.vrf) throw unchangeable('vrf', target.vrf);
}

function unchangeable(member: 'ip' | 'vrf', is: string): DomainError {
  const detail = `${member} is ${shown(is)} and never changes: register the other address as a new target`;
  return new DomainError('invalid', `${detail}.`, [{ pointer: `#/${member}`, detail }]);
}
