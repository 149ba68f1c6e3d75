import type { Sql } from '@icmp-mon/platform/database';
import { admissionFor, CLOSED, exceeds } from './admission';
import { readAgentLoads } from './agent-loads';
import { setThresholds } from './agent-pool';
import type { StoredPools } from './candidate-agents';
import { CapacitySolver } from './capacity-solver';
import { readColumns } from './target-columns';

/** An agent that shed targets gets some back once this share of its capacity became free; with targets waiting for capacity, the second. */
const ROOM_SHARE = 0.05;
const ROOM_SHARE_IN_SHORTAGE = 0.01;

interface StoredAdmission {
  agentId: string;
  threshold: number;
  /** Packets per second that the agent kept, 0 if it was only closed, and its capacity at that time. */
  keptPps: number;
  capacityPps: number;
}

/**
 * Keeps the load of every agent within its capacity, by admission thresholds. These are decisions, stored in `assignment_admission`: with them
 * the selection of a target depends on no other target, so that a change of one target evaluates this target alone.
 *
 * Thresholds only rise, until an agent has room again; then all are decided again.
 */
export class CapacityLimit {
  /** @param isKept whether the stored thresholds apply unchanged */
  constructor(
    private readonly sql: Sql,
    private readonly pools: StoredPools,
    private readonly isKept: boolean,
  ) {}

  /** Raises the thresholds of the agents that are above their capacity. Returns the targets that they shed, to be evaluated again. */
  async shedExcess(): Promise<number[]> {
    if (this.isKept || this.pools.capacities.size === 0) return [];
    const loads = await readAgentLoads(this.sql, this.pools.targetPps);
    const over = [...this.pools.capacities].filter(([id, capacityPps]) => exceeds(loads.get(id) ?? 0, capacityPps));
    if (over.length === 0) return [];
    const shed = new Set<number>();
    const admissions: StoredAdmission[] = [];
    for (const [agentId, capacityPps] of over) {
      const targets = await this.readTargets(agentId);
      const {
        threshold,
        keptPps,
        shed: rest,
      } = this.isOpen(agentId)
        ? { threshold: CLOSED, keptPps: 0, shed: targets }
        : admissionFor(targets, this.seedOf(agentId), capacityPps);
      for (const { key } of rest) shed.add(key);
      admissions.push({ agentId, threshold, keptPps, capacityPps });
    }
    await this.storeAdmissions(admissions);
    return [...shed].sort((a, b) => a - b);
  }

  /**
   * Decides the thresholds again from the beginning if an agent has room, because targets were removed or are probed less often, or its
   * capacity grew. Those of leaving agents stay, so that none gets targets that it had shed. Returns whether all targets must be evaluated
   * again.
   */
  async reopenAdmission(): Promise<boolean> {
    if (this.isKept) return false;
    await this.openClosed();
    if (!(await this.mustReopen())) return false;
    const limited = [...this.pools.capacities.keys()];
    const leaving = limited.filter((agentId) => this.isLeaving(agentId));
    const opened = new Map(limited.filter((agentId) => !leaving.includes(agentId)).map((agentId) => [agentId, 0]));
    for (const pool of this.pools.byTier.values()) setThresholds(pool, opened);
    await this.sql.execute('DELETE FROM assignment_admission WHERE agent_id <> ALL ($1::uuid[])', [leaving]);
    await this.solveAll();
    return true;
  }

  /** Raises the thresholds as far as all targets together need. Reads the targets only if an agent could be above its capacity. */
  async raiseForAll(): Promise<void> {
    if (this.isKept || !(await this.canExceed())) return;
    await this.solveAll();
  }

  private async mustReopen(): Promise<boolean> {
    const admissions = await this.sql.query<StoredAdmission>(
      `SELECT agent_id::text AS "agentId", threshold, kept_pps AS "keptPps", capacity_pps AS "capacityPps"
       FROM assignment_admission`,
    );
    if (admissions.length === 0) return false;
    const loads = await readAgentLoads(this.sql, this.pools.targetPps);
    const share = (await this.isShort()) ? ROOM_SHARE_IN_SHORTAGE : ROOM_SHARE;
    return admissions.some(({ agentId, keptPps, capacityPps }) => {
      const capacity = this.pools.capacities.get(agentId);
      if (capacity === undefined || this.isLeaving(agentId)) return false;
      const grownPps = Math.max(0, capacity - capacityPps);
      return (loads.get(agentId) ?? 0) < keptPps + grownPps - capacity * share;
    });
  }

  /** Whether the agent would have to be closed to targets of lost agents before it sheds any. */
  private isOpen(agentId: string): boolean {
    return [...this.pools.byTier.values()].some(
      ({ ids, thresholds, ready }) => ready.hasLost && thresholds[ids.indexOf(agentId)] === 0,
    );
  }

  /** Opens closed agents once no agent is lost. Then the selection of no target depends on it. */
  private async openClosed(): Promise<void> {
    const pools = [...this.pools.byTier.values()];
    if (pools.some(({ ready }) => ready.hasLost)) return;
    const closed = new Map<string, number>();
    for (const { ids, thresholds } of pools) ids.forEach((id, at) => thresholds[at] === CLOSED && closed.set(id, 0));
    if (closed.size === 0) return;
    for (const pool of pools) setThresholds(pool, closed);
    await this.sql.execute('DELETE FROM assignment_admission WHERE threshold = $1', [CLOSED]);
  }

  /** Whether targets of any tier were moved away for another reason than its capacity, or will be. */
  private isLeaving(agentId: string): boolean {
    return [...this.pools.byTier.values()].some(({ ids, readiness, ready }) => {
      const state = readiness[ids.indexOf(agentId)];
      // These keep their targets while no other agent is ready.
      if (state === 'draining' || state === 'unheard') return ready.regions > 0;
      return state === 'lost' || typeof state === 'number';
    });
  }

  /** Whether targets wait for capacity. */
  private async isShort(): Promise<boolean> {
    const [{ short }] = await this.sql.query<{ short: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM assignment_target WHERE shortfall = 'capacity') AS short`,
    );
    return short;
  }

  private async solveAll(): Promise<void> {
    const names = [...this.pools.byTier.keys()];
    const tiers = [...this.pools.byTier].map(([name, pool]) => ({ pool, pps: this.pools.targetPps.get(name) ?? 0 }));
    const solver = new CapacitySolver(tiers, await readColumns(this.sql, names), this.pools.capacities);
    solver.raiseThresholds();
    const raised = [...solver.agents.values()].filter(({ threshold }) => threshold > 0);
    await this.storeAdmissions(
      raised.map(({ id, pps, capacityPps, threshold }) => ({
        ...{ agentId: id, threshold, capacityPps },
        keptPps: threshold === CLOSED ? 0 : pps,
      })),
    );
  }

  /** Whether any agent would be above its capacity if it had all targets. */
  private async canExceed(): Promise<boolean> {
    const least = Math.min(...this.pools.capacities.values());
    if (least === Infinity) return false;
    const counts = await this.sql.query<{ tier: string; targets: number }>(
      'SELECT tier, count(*) AS targets FROM assignment_target GROUP BY tier',
    );
    const pps = counts.reduce((sum, { tier, targets }) => sum + targets * (this.pools.targetPps.get(tier) ?? 0), 0);
    return exceeds(pps, least);
  }

  private async readTargets(agentId: string): Promise<{ key: number; pps: number }[]> {
    const rows = await this.sql.query<{ key: number; tier: string }>(
      `SELECT t.key, t.tier FROM assignment a JOIN assignment_target t ON t.key = a.target_key
       WHERE a.agent_id = $1 AND NOT t.selected && t.refused_by`,
      [agentId],
    );
    return rows.map(({ key, tier }) => ({ key, pps: this.pools.targetPps.get(tier) ?? 0 }));
  }

  private seedOf(agentId: string): number {
    for (const { ids, seeds } of this.pools.byTier.values()) {
      const at = ids.indexOf(agentId);
      if (at >= 0) return seeds[at];
    }
    throw new Error(`agent ${agentId} has targets, but no tier allows it`);
  }

  private async storeAdmissions(admissions: readonly StoredAdmission[]): Promise<void> {
    if (admissions.length === 0) return;
    const thresholds = new Map(admissions.map(({ agentId, threshold }) => [agentId, threshold]));
    for (const pool of this.pools.byTier.values()) setThresholds(pool, thresholds);
    await this.sql.execute(
      `INSERT INTO assignment_admission (agent_id, threshold, kept_pps, capacity_pps)
       SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::float8[], $4::float8[])
       ON CONFLICT (agent_id) DO UPDATE SET threshold = excluded.threshold, kept_pps = excluded.kept_pps,
         capacity_pps = excluded.capacity_pps, decided_at = clock_timestamp()`,
      [
        admissions.map(({ agentId }) => agentId),
        admissions.map(({ threshold }) => threshold),
        admissions.map(({ keptPps }) => keptPps),
        admissions.map(({ capacityPps }) => capacityPps),
      ],
    );
  }
}
