import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session, SettingsNav } from '@icmp-mon/identity/ui';
import {
  CountPipe,
  Empty,
  Failure,
  Icon,
  InstantPipe,
  keepLast,
  PageTrail,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import { conditionText, countsText, KIND_TEXTS } from './source-text';
import { SourcesClient } from './sources.client';

const AGAIN_MS = 5_000;

/** Page `/settings/sources`: the inventory sources with their newest runs. */
@Component({
  selector: 'icm-source-list',
  imports: [CountPipe, Empty, Failure, Icon, InstantPipe, RouterLink, SettingsNav],
  templateUrl: './source-list.html',
  styleUrl: './source.scss',
})
export class SourceList {
  private readonly session = inject(Session);
  protected readonly read = inject(SourcesClient).listSources();
  protected readonly kept = keepLast(this.read);
  protected readonly mayManage = computed(() => this.session.may('sources:manage'));
  protected readonly rows = computed(() =>
    this.kept.value()?.items.map((source) => ({
      ...source,
      kindText: KIND_TEXTS[source.kind],
      condition: conditionText(source),
      counts: source.lastRun === null || source.lastRun.error !== null ? null : countsText(source.lastRun),
    })),
  );

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Sources' });
    reloadEvery(this.read, AGAIN_MS);
  }
}
