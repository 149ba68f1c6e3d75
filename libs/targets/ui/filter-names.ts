import { computed, inject, Injectable, Injector, type Resource, runInInjectionContext, signal } from '@angular/core';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { Session } from '@icmp-mon/identity/ui';
import type { TargetView } from '@icmp-mon/targets/contract';
import { TiersClient } from '@icmp-mon/tiers/ui';
import { vocabularyOf } from './filter-vocabulary';
import { TargetRows } from './target-rows';

/** Returns the names of a list that was read; none until then. */
function namesIn<T extends { items: readonly { name: string }[] }>(read: Resource<T | undefined> | null): string[] {
  const list = read?.hasValue() === true ? read.value() : undefined;
  return list?.items.map(({ name }) => name) ?? [];
}

/** Names that completion offers: from the loaded rows, and all tiers and agents. They are read when the filter field is used. */
@Injectable()
export class FilterNames {
  private readonly injector = inject(Injector);
  private readonly session = inject(Session);
  private readonly rows = inject(TargetRows);
  private readonly tiersClient = inject(TiersClient);
  private readonly agentsClient = inject(AgentsClient);

  private readonly seenRows = signal<readonly TargetView[]>([]);
  private readonly tiers = signal<ReturnType<TiersClient['listTiers']> | null>(null);
  private readonly agents = signal<ReturnType<AgentsClient['listAgents']> | null>(null);

  readonly vocabulary = computed(() =>
    vocabularyOf(this.seenRows(), { tiers: namesIn(this.tiers()), agents: namesIn(this.agents()) }),
  );

  gatherNames(): void {
    const rows = Array.from({ length: this.rows.length() }, (_, index) => this.rows.rowAt(index));
    this.seenRows.set(rows.filter((row) => row !== undefined));
    if (this.tiers() !== null) return;
    runInInjectionContext(this.injector, () => {
      if (this.session.may('tiers:read')) this.tiers.set(this.tiersClient.listTiers());
      if (this.session.may('agents:read')) this.agents.set(this.agentsClient.listAgents());
    });
  }
}
