import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { AGENTS_TOPIC } from '@icmp-mon/agents/contract';
import { COMMANDS_TOPIC } from '@icmp-mon/commands/contract';
import { MAINTENANCE_TOPIC } from '@icmp-mon/maintenance/contract';
import { TARGETS_TOPIC } from '@icmp-mon/targets/contract';
import { TIERS_TOPIC } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugContexts, type PluggedContexts } from './contexts';

const NOWHERE = { url: 'postgres://none@127.0.0.1:1/none' };

describe('the contexts of the command line app', () => {
  const control = new ControlDatabase(NOWHERE);
  const telemetry = new TelemetryDatabase(NOWHERE);
  const messaging = new Messaging({ brokers: ['127.0.0.1:1'], topicPrefix: 'test', clientId: 'test' });
  let contexts: PluggedContexts;

  beforeAll(async () => {
    contexts = await plugContexts({ control, telemetry, messaging, config: { shardCount: 2 } });
  });

  afterAll(() => Promise.all([control.close(), telemetry.close(), messaging.close()]));

  it('register read models and other tables without opening a connection', () => {
    const names = [
      'agent',
      'agent_health',
      'anchors',
      'as_number_file',
      'assignment',
      'maintenance_window',
      'target_list',
      'target_status',
      'target_version',
      'tier',
      'tier_version',
    ];
    expect(contexts.models.plugged.map(({ model }) => model.name)).toEqual(names);
    expect(contexts.noModels.plugged.map(({ tables }) => tables)).toEqual([
      'agent_drain_job',
      'as_prefix, as_number_import',
      'assignment_interval, assignment_horizon',
      'assignment_rules',
      'baseline, baseline_change, baseline_shift',
      'baseline_shard, baseline_job',
      'bulk_job, bulk_job_part, bulk_job_failure',
      'check_change, check_evidence, check_status',
      'command, command_agent, command_trail',
      'enrolment_token',
      'import_file, import_line',
      'inventory_source, inventory_source_run, inventory_source_target',
      'late_result, status_correction',
      'login_session, refresh_token, password_link, login_challenge, second_factor, recovery_code, issuer_login, used_sign_in',
      'maintenance_calendar_token',
      'maintenance_expansion, maintenance_occurrence, maintenance_member',
      'pair_change, pair_change_state',
      'pair_hour',
      'probe_recent, probe_series',
      'saved_view',
      'shard (checkpoints)',
      'status_change',
      'target_list_removed',
      'target_version_horizon',
      'trace, path_change',
      'user_account, api_key',
    ]);
  });

  it('register the topics of the relay and the participants of the shards', () => {
    const relayed = contexts.relayed.plugged.map(({ aggregate, topic }) => [aggregate.category, topic]);
    expect(relayed).toEqual([
      ['agent', AGENTS_TOPIC],
      ['command', COMMANDS_TOPIC],
      ['maintenance', MAINTENANCE_TOPIC],
      ['occurrence', MAINTENANCE_TOPIC],
      ['target', TARGETS_TOPIC],
      ['tier', TIERS_TOPIC],
    ]);
    expect(contexts.participants.plugged.map(({ name }) => name)).toEqual([
      'series',
      'status',
      'uncounted',
      'validation',
    ]);
  });
});
