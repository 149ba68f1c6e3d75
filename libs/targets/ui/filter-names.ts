import {
  computed,
  DestroyRef,
  inject,
  Injectable,
  Injector,
  type Resource,
  runInInjectionContext,
  signal,
} from '@angular/core';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import type { AskedTags, TargetView } from '@icmp-mon/targets/contract';
import { type ListedTags, vocabularyOf } from '@icmp-mon/targets/look';
import { TiersClient } from '@icmp-mon/tiers/ui';

import { TargetRows } from './target-rows';
import { TargetsClient } from './targets.client';

const TYPING_MS = 150;

/** Returns the names of a list that was read; none until then. */
function namesIn<T extends { items: readonly { name: string }[] }>(read: Resource<T | undefined> | null): string[] {
  const list = read?.hasValue() === true ? read.value() : undefined;
  return list?.items.map(({ name }) => name) ?? [];
}

/**
 * Names that completion offers: from the loaded rows, all tiers and agents, and the tags of all targets that begin with what is typed. Agents
 * and tags are read when the filter field is used.
 */
@Injectable()
export class FilterNames {
  private readonly injector = inject(Injector);
  private readonly rows = inject(TargetRows);
  private readonly agentsClient = inject(AgentsClient);
  private readonly targetsClient = inject(TargetsClient);

  readonly tiers = keepLast(inject(TiersClient).listTiers());
  private readonly seenRows = signal<readonly TargetView[]>([]);
  private readonly agents = signal<ReturnType<AgentsClient['listAgents']> | null>(null);

  private typing: ReturnType<typeof setTimeout> | undefined;
  private readonly askedTags = signal<AskedTags | null>(null);
  /** Tags of the last answer: those of a shorter word are offered until the answer to a longer one. */
  private readonly tags = keepLast(this.targetsClient.readTags(this.askedTags), () => this.askedTags()?.key);

  readonly vocabulary = computed(() =>
    vocabularyOf(this.seenRows(), {
      tiers: this.tiers.value()?.items.map(({ name }) => name) ?? [],
      agents: namesIn(this.agents()),
      ...this.listedTags(),
    }),
  );

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typing));
  }

  /** Reads the tags that complete the word at the cursor, when typing pauses. */
  askTags(asked: AskedTags | null): void {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.askedTags.set(asked), TYPING_MS);
  }

  /** Lists the keys of all targets' tags; if they cannot be read, those of the loaded rows. */
  listTagKeys(): Promise<readonly string[]> {
    return this.targetsClient.listTagKeys().catch(() => this.vocabulary().tagKeys);
  }

  private listedTags(): { tags?: ListedTags } {
    const asked = this.askedTags();
    const items = this.tags.value()?.items;
    return asked === null || items === undefined ? {} : { tags: { ...asked, items } };
  }

  gatherNames(): void {
    const rows = Array.from({ length: this.rows.length() }, (_, index) => this.rows.rowAt(index));
    this.seenRows.set(rows.filter((row) => row !== undefined));
    if (this.agents() !== null) return;
    runInInjectionContext(this.injector, () => this.agents.set(this.agentsClient.listAgents()));
  }
}
