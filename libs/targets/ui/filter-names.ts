import { computed, inject, Injectable, Injector, type Resource, runInInjectionContext, signal } from '@angular/core';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import type { TargetView } from '@icmp-mon/targets/contract';
import { TiersClient } from '@icmp-mon/tiers/ui';
import { vocabularyOf } from './filter-vocabulary';
import { TargetRows } from './target-rows';

/** Returns the names of a list that was read; none until then. */
function namesIn<T extends { items: readonly { name: string }[] }>(read: Resource<T | undefined> | null): string[] {
  const list = read?.hasValue() === true ? read.value() : undefined;
  return list?.items.map(({ name }) => name) ?? [];
}

/** Names that completion offers: from the loaded rows, and all tiers and agents. Agents are read when the filter field is used. */
@Injectable()
export class FilterNames {
  private readonly injector = inject(Injector);
  private readonly rows = inject(TargetRows);
  private readonly agentsClient = inject(AgentsClient);

  readonly tiers = keepLast(inject(TiersClient).listTiers());
  private readonly seenRows = signal<readonly TargetView[]>([]);
  private readonly agents = signal<ReturnType<AgentsClient['listAgents']> | null>(null);

  readonly vocabulary = computed(() =>
    vocabularyOf(this.seenRows(), {
      tiers: this.tiers.value()?.items.map(({ name }) => name) ?? [],
      agents: namesIn(this.agents()),
    }),
  );

  gatherNames(): void {
    const rows = Array.from({ length: this.rows.length() }, (_, index) => this.rows.rowAt(index));
    this.seenRows.set(rows.filter((row) => row !== undefined));
    if (this.agents() !== null) return;
    runInInjectionContext(this.injector, () => this.agents.set(this.agentsClient.listAgents()));
  }
}
