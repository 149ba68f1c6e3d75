import { setTimeout as pause } from 'node:timers/promises';
import type { CommandOrdersResponse, CommandReport, CommandView } from '@icmp-mon/commands/contract';
import { jsonOf, TestAgent } from '@icmp-mon/probing/agent/testing';
import type { BenchContext, BenchResult } from './bench';
import { AGENTS_PER_TOKEN } from './fleet/messages';
import { type Round, rounded, runPairs } from './pairs';
import { enrolmentOf } from './pipeline';
import type { BenchProduct } from './product';

const AGENTS = 100;
const COMMANDS = 4;
/** A caller may request 30 commands per minute. */
const SPACING_MS = 2_200;
/** Time within which all agents are to have answered. */
const GOAL_MS = 3_000;
const WITHIN_MS = 60_000;
/** In turn, because all commands together may send an address 2,000 probes per minute. */
const TARGETS = Array.from({ length: 8 }, (_, at) => `127.0.0.${at + 1}`);

/**
 * Pings a target from 100 simulated agents: the slowest of four commands, in ms from the request until the API states that all have answered.
 * The agents answer without probing, by requests as real agents send them. Reference: the three seconds in which it is to be done. Also
 * reports the time from the request to the receipt by each agent.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const product = await context.startProduct({
    apps: ['gateway', 'api', 'projector', 'worker'],
    environment: { ICMPMON_STARTER_TARGETS: TARGETS.join(',') },
  });
  const { tokens, prefix, ...enrolment } = await enrolmentOf(product, AGENTS);
  const fleet = await Promise.all(
    Array.from({ length: AGENTS }, async (_, at) => {
      const token = tokens[Math.floor(at / AGENTS_PER_TOKEN)] ?? '';
      return new AnsweringAgent(await TestAgent.enrolAgent({ ...enrolment, name: `${prefix}-${at}`, token }));
    }),
  );
  const receivedMs: number[] = [];
  const running = fleet.map((agent) => agent.answerUntilStopped(receivedMs));
  const result = await runPairs(context, {
    name: 'commands',
    unit: 'ms',
    product: async (round) => slowestOf(product, receivedMs, round),
    reference: () => Promise.resolve({ value: GOAL_MS }),
  });
  for (const agent of fleet) agent.stop();
  await Promise.all(running);
  const sorted = receivedMs.sort((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  const delivery = { deliveries: sorted.length, deliveryP50Ms: at(0.5), deliveryP99Ms: at(0.99), deliveryMaxMs: at(1) };
  context.printLine(`commands: ms from the request to the receipt by an agent: ${JSON.stringify(delivery)}`);
  return { ...result, ...delivery };
}

/** Round 0 is the warm-up, whose deliveries do not count. */
async function slowestOf(product: BenchProduct, receivedMs: number[], round: number): Promise<Round> {
  const times: number[] = [];
  for (let command = 0; command < COMMANDS; command++) {
    await pause(SPACING_MS);
    const before = receivedMs.length;
    AnsweringAgent.requestedMs = performance.now();
    const target = TARGETS[(round * COMMANDS + command) % TARGETS.length];
    const body = { kind: 'icmp_ping', target, choice: 'all' };
    const { id } = await product.callApi<CommandView>('POST', 'commands', body);
    const { state, counts: agents } = await untilEnded(product, id);
    times.push(performance.now() - AnsweringAgent.requestedMs);
    if (state !== 'completed' || agents.completed !== AGENTS)
      return { value: GOAL_MS, fault: `${agents.completed} of ${AGENTS} answered: ${state}` };
    if (round === 0) receivedMs.length = before;
  }
  return { value: Math.max(...times) };
}

async function untilEnded(product: BenchProduct, id: string): Promise<CommandView> {
  const { apiUrl, apiKey } = product.access;
  const headers = { authorization: `Bearer ${apiKey}` };
  // The stream ends with the command.
  const stream = await fetch(`${apiUrl}/api/v1/commands/${id}/live`, {
    headers,
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  await stream.text();
  return product.callApi<CommandView>('GET', `commands/${id}`);
}

/** Fetches commands like an agent, and answers each immediately as if it had probed. */
class AnsweringAgent {
  static requestedMs = 0;
  private readonly stopped = new AbortController();
  private known: string[] = [];

  constructor(private readonly agent: TestAgent) {}

  async answerUntilStopped(receivedMs: number[]): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const answer = await this.agent.client.json('/v1/commands', { known: this.known }).catch(() => null);
      if (this.stopped.signal.aborted) return;
      if (answer === null || answer.status !== 200) {
        // An agent that never succeeds shows as a command without its answer.
        await pause(100);
        continue;
      }
      const { orders, ended } = jsonOf<CommandOrdersResponse>(answer);
      this.known = this.known.filter((id) => !ended.includes(id));
      for (const { id } of orders) {
        receivedMs.push(performance.now() - AnsweringAgent.requestedMs);
        this.known.push(id);
        await this.sendReports({ commandId: id, state: 'received' });
        await this.sendReports(answerOf(id));
      }
    }
  }

  stop(): void {
    this.stopped.abort();
    this.agent.close();
  }

  private async sendReports(...reports: CommandReport[]): Promise<void> {
    await this.agent.client.json('/v1/command-results', { reports });
  }
}

const answerOf = (commandId: string): CommandReport => ({
  commandId,
  state: 'completed',
  attempts: Array.from({ length: 4 }, () => ({ sentAt: new Date().toISOString(), outcome: 'reply', rttUs: 1_000 })),
  trail: [{ afterMs: 1, text: 'simulated' }],
});
