import type { CommandAgent, CommandView } from '@icmp-mon/commands/contract';
import { mtrTable } from '@icmp-mon/paths/contract';

const US_PER_MS = 1_000;

/** Text of a command that runs: how many agents have answered, and each hop of their traces when it answers first. */
export class TraceProgress {
  private readonly shown = new Set<string>();
  private answered = '';
  private last = '';

  constructor(private readonly answeredText: (view: Pick<CommandView, 'counts'>) => string) {}

  /** Returns what is new, otherwise the same as before. */
  textOf(view: Pick<CommandView, 'counts' | 'agents'>): string {
    const lines = view.agents.flatMap((agent) => this.newHops(agent));
    const answered = this.answeredText(view);
    if (answered !== this.answered) lines.push(answered);
    this.answered = answered;
    if (lines.length > 0) this.last = lines.join('\n');
    return this.last;
  }

  private newHops({ agentId, name, trace, names }: CommandAgent): string[] {
    const lines: [hop: number, line: string][] = [];
    for (const round of trace?.rounds ?? []) {
      for (const [hop, probe] of round.entries()) {
        if (!Array.isArray(probe)) continue;
        const [index, rttUs] = probe as readonly [number, number];
        const address = trace?.addresses[index] ?? '?';
        const key = `${agentId} ${hop} ${address}`;
        if (!this.shown.has(key)) {
          const host = names[address] === undefined ? address : `${names[address]} (${address})`;
          lines.push([hop, `${name}  ${String(hop + 1).padStart(2)}  ${host}  ${(rttUs / US_PER_MS).toFixed(2)} ms`]);
        }
        this.shown.add(key);
        // In the first round mtr does not know the distance yet: the target also answers what was sent further.
        if (address === trace?.target) break;
      }
    }
    return lines.sort(([a], [b]) => a - b).map(([, line]) => line);
  }
}

/** Returns the tables of the agents that have a trace, as mtr prints them. */
export const traceTables = (agents: readonly CommandAgent[]): string[] =>
  // An older server has no traces.
  agents.flatMap(({ name, trace, names }) => (trace == null ? [] : [mtrTable(trace, name, names)]));
