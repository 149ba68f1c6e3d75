import type { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { compress } from '@icmp-mon/platform/zstd';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { AgentNumbers, postgresAgentNumbers, postgresSeriesTables, SeriesParticipant } from '@icmp-mon/probing/server';
import { type BlockEnvelope, encodeBody, LANE, type Lane, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { OwnedShard, PostgresShardStore, writeCommits } from '@icmp-mon/shard/engine';
import { agentIdOf, policyFact, ShardRecords, ShardWriter, START_MS, targetFact } from '@icmp-mon/shard/engine/testing';
import { postgresStatusTables, StatusParticipant } from '@icmp-mon/status/server';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';

const LATE_SHARD = 1;
const LATE_KEY = 9;
const INTERVAL_S = 5;
const AGENT = agentIdOf(1);

const secondOf = (at: Date): number => Math.round((at.getTime() - START_MS) / 1_000);

/** Outcomes of a target by second of the story: it is down from 240 to 360. */
const outcomeAt = (second: number): number => (second >= 240 && second < 360 ? OUTCOME.timeout : OUTCOME.reply);

/**
 * One agent and its target, as a gateway, a projector and the decisions of the worker leave them in both databases: the story of an agent
 * whose uplink is cut from second 120 to 480, while it spools its results.
 */
export class SpoolStory {
  private readonly log = new ShardRecords();
  private readonly records: Uint8Array[] = [];
  private second = 0;

  private constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly writer: ShardWriter,
    private readonly owned: OwnedShard,
  ) {
    this.records.push(this.log.factRecord(policyFact('fast', INTERVAL_S * 1_000)));
    const agent = { agentId: AGENT, name: 'fra-1', region: 'eu', provider: 'p' };
    this.records.push(this.log.factRecord({ kind: 'agent', ...agent, state: 'active' }));
    this.records.push(this.log.tickRecord(START_MS));
    this.records.push(this.log.factRecord(targetFact(LATE_KEY, 'fast', [AGENT])));
  }

  static async begin(control: ControlDatabase, telemetry: TelemetryDatabase, url: string): Promise<SpoolStory> {
    await storeDecisions(control);
    const writer = await ShardWriter.connect(url, 'late results test', () => undefined);
    await telemetry.execute('INSERT INTO shard (shard) VALUES ($1)', [LATE_SHARD]);
    const claim = { shard: LATE_SHARD, epoch: 0 };
    await telemetry.execute('UPDATE shard SET epoch = 0 WHERE shard = $1', [LATE_SHARD]);
    const live = { watchedKeys: () => new Set<number>(), publishMessage: () => undefined };
    const agentNumbers = new AgentNumbers(postgresAgentNumbers(telemetry));
    const owned = await OwnedShard.load(
      new PostgresShardStore(telemetry, url),
      claim,
      (directory) => [
        new StatusParticipant(LATE_SHARD, directory, postgresStatusTables),
        new SeriesParticipant(LATE_SHARD, directory, {
          ...{ tables: postgresSeriesTables, agentNumbers, liveBus: live, nowMs: () => 1e12 },
        }),
      ],
      () => undefined,
    );
    return new SpoolStory(telemetry, writer, owned);
  }

  /** Continues until the second; with `measuring` the agent's results arrive as it measures them. */
  passUntil(second: number, { measuring }: { measuring: boolean }): this {
    for (; this.second < second; this.second++) {
      const nowMs = START_MS + this.second * 1_000;
      if (measuring && this.second % INTERVAL_S === 0) this.upload(LANE.live, [this.second], nowMs + 100);
      this.records.push(this.log.tickRecord(nowMs + 1_000));
    }
    return this;
  }

  /** The agent uploads the results of its spool of these seconds, all of which are late. */
  uploadSpool(from: number, to: number): this {
    const seconds = Array.from({ length: Math.ceil((to - from) / INTERVAL_S) }, (_, at) => from + at * INTERVAL_S);
    this.upload(LANE.backfill, seconds, START_MS + this.second * 1_000);
    return this;
  }

  private upload(lane: Lane, seconds: readonly number[], receivedAtMs: number): void {
    const builder = new ResultColumnsBuilder();
    for (const second of seconds) {
      const outcome = outcomeAt(second);
      builder.addResult(LATE_KEY, 1, START_MS + second * 1_000, outcome, outcome === OUTCOME.reply ? 12_000 : 0);
    }
    const body = encodeBody(builder.buildColumns(), compress);
    const block: BlockEnvelope = this.log.block({ agentId: AGENT, lane, shard: LATE_SHARD, body, receivedAtMs });
    this.records.push(this.log.blocksRecord([block]));
  }

  /** Stores what the shard's owner has computed; late results have then been quiet for a minute. */
  async commit(): Promise<void> {
    for (const record of this.records.splice(0)) this.owned.applyRecord(this.owned.offset + 1, record);
    await this.owned.prepareWrites();
    const taken = this.owned.takeCommit(true);
    if (taken) await this.writer.commit((transaction) => writeCommits(transaction, [taken]));
    if (taken) this.owned.afterCommit(taken);
    await this.telemetry.execute(`UPDATE late_result SET noted_at = now() - interval '1 minute'`);
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  /** Returns the statuses that were known then, as `second status`. */
  async knownStatuses(): Promise<string[]> {
    const rows = await this.telemetry.query<{ at: Date; status: string }>(
      'SELECT at, to_status AS status FROM status_change WHERE shard = $1 AND from_status <> to_status ORDER BY change_seq',
      [LATE_SHARD],
    );
    return rows.map(({ at, status }) => `${secondOf(at)} ${status}`);
  }

  /** Returns the stored corrections, as `revision: from-to status`. */
  async correctedStatuses(): Promise<string[]> {
    const rows = await this.telemetry.query<{ revision: number; from_at: Date; to_at: Date; status: string }>(
      'SELECT revision, from_at, to_at, status FROM status_correction ORDER BY revision, from_at',
    );
    return rows.map((row) => `${row.revision}: ${secondOf(row.from_at)}-${secondOf(row.to_at)} ${row.status}`);
  }

  async waitingTargets(): Promise<number> {
    return (await this.telemetry.query('SELECT FROM late_result')).length;
  }
}

/** Stores the histories of tier, target and assignment, all of which began before the story. */
async function storeDecisions(control: ControlDatabase): Promise<void> {
  const since = new Date(START_MS - 60_000);
  const { fast } = BUILT_IN_TIERS;
  await control.execute(
    `INSERT INTO tier_version (name, version, valid, built_in, policy) VALUES ('fast', 1, tstzrange($1, NULL), true, $2)`,
    [since, JSON.stringify(fast)],
  );
  const { targetId, ip } = targetFact(LATE_KEY, 'fast', [AGENT]);
  await control.execute(
    `INSERT INTO target_version (key, version, valid, id, ip, vrf, tags, tier, registered_at)
     VALUES ($1, 1, tstzrange($2, NULL), $3, $4, 'default', '{}', 'fast', $2)`,
    [LATE_KEY, since, targetId, ip],
  );
  await control.execute(
    'INSERT INTO assignment_interval (target_key, since, selected, wanted, placed) VALUES ($1, $2, $3, 1, 1)',
    [LATE_KEY, since, [AGENT]],
  );
}
