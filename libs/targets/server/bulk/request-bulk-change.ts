import type { Scope } from '@icmp-mon/identity/contract';
import { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { JudgedTargets } from '@icmp-mon/status/contract';
import { BULK_TARGETS_MAX, type BulkChangeRequest, type BulkJobDetail } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TierNames } from '../tier-names';
import { acceptJob, type NewJob } from './accept-job';
import { requireConsistent } from './bulk-patch';
import { selectionOf, storeParts } from './bulk-selection';

/** Part of the expected count by which the number of targets of a change may differ. A removal must match exactly: it cannot be undone. */
const TOLERANCE = 0.01;

/** Starts a job that changes or removes the targets which a filter selects now. */
export class RequestBulkChange extends Command<BulkJobDetail> {
  constructor(
    readonly request: BulkChangeRequest,
    readonly metadata: RequestMetadata,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(RequestBulkChange)
export class RequestBulkChangeHandler implements ICommandHandler<RequestBulkChange> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly tiers: TierNames,
    private readonly judged: JudgedTargets,
    private readonly agentTargets: AgentTargets,
    private readonly placements: TargetPlacements,
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  /** @throws DomainError `invalid` (filter, change), `conflict` (expected count), `too_many_requests` */
  async execute({ request, metadata, scope }: RequestBulkChange): Promise<BulkJobDetail> {
    requireConsistent(request);
    const { filter = null, targets = null, change = null } = request;
    if (change?.tier !== undefined) await this.tiers.requireTier(change.tier, '#/change/tier');
    const { agentTargets, placements, maintenance } = this;
    const context = { judged: await this.judged.now(), agentTargets, placements, maintenance };
    const selection = selectionOf(request, context, scope);
    const kind = change === null ? 'remove' : 'change';
    const job: NewJob = { kind, filter, targets, change, expand: null, caller: { scope } };
    return this.database.transaction((sql) =>
      acceptJob(sql, this.store, job, metadata, async (jobId) => {
        const limits = { limit: BULK_TARGETS_MAX + 1, isRemoval: change === null };
        const count = await storeParts(sql, jobId, selection, limits);
        if (count > BULK_TARGETS_MAX) throw tooMany();
        requireExpected(request, count);
        return count;
      }),
    );
  }
}

/** @throws DomainError `conflict` if a request selects another number of targets than its dry run did */
function requireExpected({ expectedCount, remove }: BulkChangeRequest, count: number): void {
  if (expectedCount === undefined) return;
  const tolerated = remove === true ? 0 : Math.floor(expectedCount * TOLERANCE);
  if (Math.abs(count - expectedCount) <= tolerated) return;
  const targets = count === 1 ? '1 target' : `${count} targets`;
  throw new DomainError(
    'conflict',
    `The request now selects ${targets}, not the expected ${expectedCount}. Nothing was changed. Make a new dry run and confirm its count.`,
  );
}

function tooMany(): DomainError {
  const most = BULK_TARGETS_MAX.toLocaleString('en-GB');
  const detail = `The filter selects more than ${most} targets, the most that one job changes. Narrow it.`;
  return new DomainError('invalid', detail, [{ pointer: '#/filter', detail }]);
}
