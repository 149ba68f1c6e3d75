import { Component, computed, input, linkedSignal } from '@angular/core';
import { type CommandView, hasEnded } from '@icmp-mon/commands/contract';
import {
  columnsOfPath,
  livePath,
  type LiveTrace,
  PathGraphView,
  PathTable,
  PathVerdictLine,
  type ShownPath,
} from '@icmp-mon/paths/look';

interface Shown {
  id: string;
  path: ShownPath;
}

/** Paths of a command of the kind `mtr`, as a graph that grows while rounds arrive. */
@Component({
  selector: 'icm-command-paths',
  imports: [PathGraphView, PathTable, PathVerdictLine],
  template: `
    @if (isEnded()) {
      <icm-path-verdict [path]="path()" />
    } @else {
      <p class="card running" role="status">
        {{ endedCount() }} of {{ traces().length }} agents have ended. Where paths break is judged when all have.
      </p>
    }
    <section class="card" aria-labelledby="paths-title">
      <div class="card-head">
        <h2 id="paths-title">{{ isEnded() ? 'Paths' : 'Paths so far' }}</h2>
        @if (unplaced(); as text) {
          <span class="quiet unplaced" [title]="text">{{ text }}</span>
        }
      </div>
      @if (hasNodes()) {
        <icm-path-graph [path]="path()" [running]="!isEnded()" />
        <details>
          <summary data-testid="path-as-table">Hops as a table</summary>
          <icm-path-table [path]="path()" />
        </details>
      } @else {
        <p class="quiet">{{ isEnded() ? 'No agent has a path.' : 'The paths appear with the first answers …' }}</p>
      }
    </section>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: var(--icm-space-4);
    }
    p {
      padding: 24px var(--icm-space-4);
    }
    /* As high as the usual verdict, which replaces it. */
    .running {
      min-height: 64px;
      padding-block: 10px;
    }
    /* On one line, so that the graph below does not move. */
    .unplaced {
      flex: 1 1 0;
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    summary {
      padding: 8px var(--icm-space-4);
      border-top: 1px solid var(--icm-line);
      cursor: pointer;
    }
  `,
})
export class CommandPaths {
  readonly command = input.required<CommandView>();
  protected readonly isEnded = computed(() => hasEnded(this.command().state));
  protected readonly endedCount = computed(() => this.traces().filter(({ ended }) => ended).length);
  protected readonly traces = computed(() => this.command().agents.map(traceOf));
  /** The merged paths; nodes keep the columns that they had before. */
  private readonly shown = linkedSignal<CommandView, Shown>({
    source: this.command,
    computation: ({ id, ip }, before) => {
      const columns = before?.value.id === id ? columnsOfPath(before.value.path) : new Map<string, number>();
      return { id, path: livePath(ip, this.traces(), columns) };
    },
  });
  protected readonly path = computed(() => this.shown().path);
  protected readonly hasNodes = computed(() =>
    this.path().nodes.some(({ kind, column }) => kind === 'agent' && column !== null),
  );
  /** Agents that have answers, but not from the target, so that their hops have no place in the graph yet. */
  protected readonly unplaced = computed(() => {
    const waiting = this.path().nodes.filter(({ kind, column }) => kind === 'agent' && column === null);
    const names = new Map(this.traces().map(({ agentId, name, trace }) => [agentId, { name, trace }]));
    return waiting
      .flatMap(({ agents }) => agents.map((id) => names.get(id)))
      .map((agent) => `${agent?.name ?? ''}: ${agent?.trace?.addresses.length ?? 0} hops so far`)
      .join(', ');
  });
}

const traceOf = ({ agentId, name, trace, names, state }: CommandView['agents'][0]): LiveTrace => ({
  ...{ agentId, name, trace, names },
  ended: hasEnded(state),
});
