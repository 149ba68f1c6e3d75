import type { Scope } from '@icmp-mon/identity/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { JudgedTargets } from '@icmp-mon/status/contract';
import type { ChangeTargetRequest, TargetView } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ParentTargets } from './parent-targets';
import { change, TARGET, type TargetPatch } from './target';
import { ListedTargets } from './target-directory';
import { listedTarget } from './target-list/target-row';
import { TierNames } from './tier-names';
import { errorInScope, hiddenParents, withinScope } from './within-scope';

/** Changes members of a target; with `expectedVersion`, only if the target still has that version. */
export class ChangeTarget extends Command<TargetView> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly patch: ChangeTargetRequest,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(ChangeTarget)
export class ChangeTargetHandler implements ICommandHandler<ChangeTarget> {
  constructor(
    private readonly store: EventStore,
    private readonly targets: ListedTargets,
    private readonly tiers: TierNames,
    private readonly parents: ParentTargets,
    private readonly judged: JudgedTargets,
  ) {}

  /** @throws DomainError `not_found`, `ambiguous`, `precondition_failed`, `forbidden` (scope), `conflict` (a cycle); `invalid` (tier, tags, parents) */
  async execute({ ref, vrf, patch, metadata, expectedVersion, scope }: ChangeTarget): Promise<TargetView> {
    const before = await this.targets.viewTarget(ref, vrf, scope);
    const { id, vrf: ofTarget } = before;
    if (patch.tier !== undefined) await this.tiers.requireKnownTier(patch.tier);
    const { parents, ...members } = patch;
    const found = parents === undefined ? null : await this.parents.findParents(parents, ofTarget, scope);
    const visible = found === null ? null : await this.parents.visibleParents(id, scope);
    const judged = await this.judged.now();
    const decide = withinScope(scope, (state) => {
      const others: TargetPatch =
        found === null ? {} : { parents: [...found.map((parent) => parent.id), ...hiddenParents(state, visible)] };
      return change(state, { ...members, ...others });
    });
    try {
      const { answer } = await this.store.execute(TARGET, id, decide, {
        metadata,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
        answer: (sql) => listedTarget(sql, id, { judged, before, scope }),
      });
      return answer;
    } catch (error) {
      throw errorInScope(scope, error);
    }
  }
}
