import type { AgentReports } from '@icmp-mon/agents/contract';
import type { AgentPresences } from '@icmp-mon/assignment/contract';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { AGENT } from './agent';
import { type ObservedLife, recordLife } from './agent-life';

/** Shortest time between two recorded versions of an agent: two machines with one identity may report different versions in turn. */
const VERSION_AGAIN_MS = 600_000;
const AGENTS_PER_RUN_MAX = 1_000;

interface Sources {
  control: ControlDatabase;
  presences: AgentPresences;
  reports: Pick<AgentReports, 'latestReports'>;
}

/**
 * Records in the stream of each agent that it is lost, returned, or runs another version. It decides from what the stream has, so that
 * neither a restart nor another worker records anything twice. The maps only spare reading unchanged streams.
 */
export class LifeRecorder {
  /** Observations that were last compared with the stream, by agent. */
  private readonly compared = new Map<string, string>();
  private readonly versionRecordedMs = new Map<string, number>();
  private readonly store: EventStore;

  constructor(private readonly sources: Sources) {
    this.store = new EventStore(sources.control);
  }

  /** Returns how many events were recorded. */
  async recordLives(nowMs: number): Promise<number> {
    const observed = await this.observe(nowMs);
    for (const map of [this.compared, this.versionRecordedMs])
      for (const agentId of map.keys()) if (!observed.has(agentId)) map.delete(agentId);
    const due = [...observed].filter(([agentId, life]) => this.compared.get(agentId) !== textOf(life));
    const counts = await Promise.all(
      due.slice(0, AGENTS_PER_RUN_MAX).map(([agentId, life]) => this.recordOne(agentId, life, nowMs)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async recordOne(agentId: string, life: ObservedLife, nowMs: number): Promise<number> {
    const metadata = { actor: 'system:agent-watch', causationId: null, correlationId: newId() };
    const { events } = await this.store.execute(AGENT, agentId, (record) => recordLife(record, life), { metadata });
    if (events.some(({ type }) => type === 'AgentVersionChanged')) this.versionRecordedMs.set(agentId, nowMs);
    this.compared.set(agentId, textOf(life));
    return events.length;
  }

  /** Returns what is known of the agents in service. */
  private async observe(nowMs: number): Promise<Map<string, ObservedLife>> {
    const { control, presences, reports } = this.sources;
    const agents = await control.query<{ id: string }>("SELECT id FROM agent WHERE state IN ('active', 'draining')");
    const byAgent = new Map((await presences.decided()).map(({ agentId, ...presence }) => [agentId, presence]));
    const versions = new Map((await reports.latestReports()).map(({ agentId, version }) => [agentId, version]));
    return new Map(
      agents.map(({ id }) => {
        const isDue = nowMs - (this.versionRecordedMs.get(id) ?? -Infinity) >= VERSION_AGAIN_MS;
        return [id, { presence: byAgent.get(id), version: isDue ? versions.get(id) : undefined }];
      }),
    );
  }
}

const textOf = ({ presence, version }: ObservedLife): string =>
  `${presence?.presence ?? ''} ${presence?.since ?? ''} ${version ?? ''}`;
