import { DRAIN_JOB_STREAM, type DrainJobEvent } from '@icmp-mon/agents/contract';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { audited } from '@icmp-mon/platform/plugins';

type DrainJobState = 'open' | 'cancelled';

/** The audit record of a job that drains agents. Its progress is in the table `agent_drain_job`. */
export const DRAIN_JOB: Aggregate<DrainJobState, DrainJobEvent> = {
  category: DRAIN_JOB_STREAM,
  initial: 'open',
  evolve: (state, event) => (event.type === 'DrainJobCancelled' ? 'cancelled' : state),
};

/** Returns no event for a job that is cancelled already. */
export const cancelJob = (state: DrainJobState, jobId: string): DrainJobEvent[] =>
  state === 'cancelled' ? [] : [{ type: 'DrainJobCancelled', data: { jobId } }];

/** How the audit describes jobs that drain agents. Their drains are events of the agents. */
export const DRAIN_JOB_AUDIT = audited<DrainJobEvent>({
  aggregate: DRAIN_JOB,
  kind: 'drain-job',
  types: { DrainJobCancelled: { did: () => 'cancelled the job that drains agents' } },
});
