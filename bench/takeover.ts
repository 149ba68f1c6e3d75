import { setTimeout as pause } from 'node:timers/promises';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import type { BenchContext, BenchResult } from './bench';
import { TestAgent } from '@icmp-mon/probing/agent/testing';
import { Inventory } from './inventory';
import { enrolmentOf } from './pipeline';
import { WatchedAgent } from './watched-agent';

const SECOND_MS = 1_000;
const BEFORE_TARGETS = 10_000;
const HOLD_DOWN_S = 120;
const WATCH_MS_MAX = 480_000;
const JUDGED = ['up quorum_up', 'down quorum_down', 'unknown never_answered'];

interface Options {
  targets: number;
}

/**
 * Registers 100,000 targets in one step for three agents, of which one refuses them by its policy file, and one has just been lost with targets of
 * its own. Reports when and to which agents the targets move, and every target's status at the end.
 */
export async function runTakeover(context: BenchContext, { targets }: Options): Promise<BenchResult> {
  const environment = { ICMPMON_HOLD_DOWN_MAX_S: String(HOLD_DOWN_S) };
  const product = await context.startProduct({ apps: ['gateway', 'api', 'projector', 'worker'], environment });
  const control = new ControlDatabase({ url: product.access.controlDatabaseUrl, poolMax: 2 });
  const telemetry = new TelemetryDatabase({ url: product.access.telemetryDatabaseUrl, poolMax: 2 });
  const inventory = new Inventory(product.access.controlDatabaseUrl);
  await inventory.defineTier('takeover', BUILT_IN_TIERS.standard);
  const { tokens, ...enrolment } = await enrolmentOf(product, 1);
  const enrolled = async (name: string, allow: string[] | null): Promise<WatchedAgent> => {
    const place = { name, region: 'lab', provider: 'bench' };
    const agent = new WatchedAgent(
      name,
      await TestAgent.enrolAgent({ ...enrolment, ...place, token: tokens[0] }),
      allow,
    );
    await agent.start();
    return agent;
  };
  const agents = [
    await enrolled('open', null),
    await enrolled('refuses', ['192.0.2.0/24']),
    await enrolled('lost', null),
  ];
  const watch = new TakeoverWatch(control, telemetry, agents, (line) => context.printLine(line));
  await inventory.register(BEFORE_TARGETS, 'takeover');
  context.printLine(`${BEFORE_TARGETS} initial targets; tier of 15 s, hold-down ${HOLD_DOWN_S} s`);
  await watch.waitUntil('all initial targets are judged', ({ judged }) => judged >= BEFORE_TARGETS);
  const mine = (await watch.readState()).assigned['lost'] ?? 0;
  await agents[2].loseConnection();
  watch.restartClock('the agent "lost" is disconnected');
  const registering = inventory.register(targets, 'takeover', { from: BEFORE_TARGETS });
  const all = BEFORE_TARGETS + targets;
  void registering.then(() => context.printLine(`${watch.elapsedText()} all ${targets} targets are registered`));
  await watch.waitUntil('no target is left at the lost agent, every target has a status', (seen) => {
    const placed = Object.values(seen.assigned).reduce((sum, count) => sum + count, 0);
    return (seen.assigned['lost'] ?? 0) === 0 && placed >= all && seen.judged >= all;
  });
  await registering;
  await inventory.close();
  const decisions = await watch.decisions();
  const seconds = await evaluationOf(product.access.opsUrls['worker']);
  for (const line of decisions) context.printLine(line);
  context.printLine(`evaluation of assignments, totals: ${seconds}`);
  await Promise.all(agents.slice(0, 2).map((agent) => agent.loseConnection()));
  await control.close();
  await telemetry.close();
  const none = { ratio: 1, min: 1, max: 1, pairs: [], cpuSeconds: {} };
  return { name: 'takeover', ...none, targets: all, movedOfLost: mine, sound: true, timeline: watch.timeline };
}

interface Seen {
  assigned: Record<string, number>;
  statuses: Record<string, number>;
  /** Number of targets whose status follows from votes; random losses make a few of them down at any time. */
  judged: number;
}

class TakeoverWatch {
  readonly timeline: string[] = [];
  private startedMs = performance.now();
  private last = '';

  constructor(
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
    private readonly agents: readonly WatchedAgent[],
    private readonly printLine: (line: string) => void,
  ) {}

  restartClock(what: string): void {
    this.startedMs = performance.now();
    this.printLine(`${this.elapsedText()} ${what}`);
  }

  elapsedText(): string {
    return `${((performance.now() - this.startedMs) / SECOND_MS).toFixed(0).padStart(4)} s`;
  }

  async readState(): Promise<Seen> {
    const counts = await this.control.query<{ id: string; count: number }>(
      'SELECT agent_id::text AS id, count(*) AS count FROM assignment GROUP BY agent_id',
    );
    const rows = await this.telemetry.query<{ status: string; reason: string; count: number }>(
      'SELECT status, reason, count(*) AS count FROM target_status GROUP BY status, reason ORDER BY 1, 2',
    );
    const nameOf = new Map(this.agents.map(({ name, agent }) => [agent.agentId, name]));
    const statuses = Object.fromEntries(rows.map(({ status, reason, count }) => [`${status} ${reason}`, count]));
    return {
      assigned: Object.fromEntries(counts.map(({ id, count }) => [nameOf.get(id) ?? id, count])),
      statuses,
      judged: JUDGED.reduce((sum, each) => sum + (statuses[each] ?? 0), 0),
    };
  }

  /** Prints changes every 5 s until the condition holds. @throws Error after 8 min */
  async waitUntil(what: string, holds: (seen: Seen) => boolean): Promise<void> {
    for (const endMs = performance.now() + WATCH_MS_MAX; ;) {
      const seen = await this.readState();
      const line = `assigned ${JSON.stringify(seen.assigned)}, statuses ${JSON.stringify(seen.statuses)}`;
      if (line !== this.last) {
        this.timeline.push(`${this.elapsedText()} ${line}`);
        this.printLine(`${this.elapsedText()} ${line}`);
      }
      this.last = line;
      if (holds(seen)) return this.printLine(`${this.elapsedText()} ${what}`);
      if (performance.now() > endMs) throw new Error(`Not reached within ${WATCH_MS_MAX / SECOND_MS} s: ${what}.`);
      await pause(5 * SECOND_MS);
    }
  }

  async decisions(): Promise<string[]> {
    const rows = await this.control.query<{ line: string }>(
      `SELECT to_char(d.decided_at, 'HH24:MI:SS') || ' ' || a.name || ': ' || d.condition || ', held ' || d.held_ms / 1000 ||
         ' s: ' || d.cause AS line
       FROM assignment_agent_condition d JOIN assignment_agent a ON a.id = d.agent_id ORDER BY d.id`,
    );
    return rows.map(({ line }) => line);
  }
}

async function evaluationOf(opsUrl: string): Promise<string> {
  const text = await (await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  const lines = text
    .split('\n')
    .filter((line) => /^icmpmon_assignment_(evaluation_seconds_(sum|count)|moved_targets_total)/.test(line));
  return lines.join(', ');
}
