import { agentHealthModel, agentModel } from '@icmp-mon/agents/server';
import { assignmentModel } from '@icmp-mon/assignment/server';
import type { ReadModel, RebuildDatabase } from '@icmp-mon/platform/rebuild';
import {
  changeMarks,
  type ChangeMarks,
  highestTargetKey,
  standingAfter,
  type StandingChange,
  standingOfKeys,
  targetStatusModel,
} from '@icmp-mon/status/server';
import { type StandingStatuses, targetListModel } from '@icmp-mon/targets/server';
import { tierModel } from '@icmp-mon/tiers/server';
import type { CliContext } from './cli-context';

/** What the models read from. */
export type Sources = Pick<CliContext, 'config' | 'control' | 'telemetry' | 'messaging'>;

interface Rebuildable {
  database: RebuildDatabase;
  // Each model's position is a matter of its own; the rebuild only hands it back.
  model: ReadModel<never>;
}

/** Every read model that follows from a source which the installation still has, by its name. */
export const READ_MODELS: Readonly<Record<string, (sources: Sources) => Rebuildable>> = {
  tier: ({ control }) => ({ database: control, model: tierModel(control) as ReadModel<never> }),
  agent: ({ control }) => ({ database: control, model: agentModel(control) as ReadModel<never> }),
  target_list: ({ control, telemetry }) => ({
    database: control,
    model: targetListModel(control, standingStatuses(telemetry)) as ReadModel<never>,
  }),
  assignment: ({ control, messaging, config }) => ({
    database: control,
    model: assignmentModel({ database: control, messaging }, config.shardCount) as ReadModel<never>,
  }),
  agent_health: ({ telemetry, messaging }) => ({
    database: telemetry,
    model: agentHealthModel({ database: telemetry, messaging }) as ReadModel<never>,
  }),
  target_status: ({ telemetry }) => ({ database: telemetry, model: targetStatusModel(telemetry) as ReadModel<never> }),
};

/** Tables that look like read models, and why they are none. */
export const NO_READ_MODELS: Readonly<Record<string, string>> = {
  'user_account, api_key, enrolment_token':
    'names and hashes of secrets are kept here and nowhere else: events refer to them by id only',
  'login_session, refresh_token': 'kept here and nowhere else',
  'status_change, probe_recent, probe_series': 'written by the shards from their logs, which keep 7 days',
  'shard (checkpoints)': 'a shard rebuilds its state from the checkpoint and the log whenever it is taken over',
  target_list_removed: 'change numbers for streams that are open; forgotten after a day',
};

/** The statuses of the telemetry database, as the target list takes them. */
function standingStatuses(telemetry: RebuildDatabase): StandingStatuses<ChangeMarks> {
  const listed = (changes: readonly StandingChange[]) =>
    changes
      .filter(({ removed }) => !removed)
      .map((change) => ({
        targetId: change.target_id,
        to: change.to_status,
        reason: change.reason,
        at: isoOf(change.at),
        since: isoOf(change.status_at),
        lastSuccessAt: change.last_success_at === null ? null : isoOf(change.last_success_at),
        changeSeq: change.change_seq,
      }));
  return {
    marks: () => changeMarks(telemetry),
    highestKey: () => highestTargetKey(telemetry),
    ofKeys: async (after, upTo) => listed(await standingOfKeys(telemetry, after, upTo)),
    after: async (marks, upTo) => {
      const delta = await standingAfter(telemetry, marks, upTo);
      return { statuses: listed(delta.changes), marks: delta.marks };
    },
  };
}

function isoOf(time: Date | string): string {
  return new Date(time).toISOString();
}
