import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import type { HealthPart } from '@icmp-mon/operations/contract';
import { Clock, ClockTimePipe, Failure, keepLast, PageTrail, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { DeadLetters } from './dead-letters';
import { HealthGlyph } from './health-glyph';
import { OperationsClient } from './operations.client';
import { FigurePipe, NumberUnitPipe } from './figure.pipe';

const AGAIN_MS = 3_000;
/** From this age on, the page marks its data as outdated, ms. */
const OLD_MS = 15_000;

/** `/health`: the health of the product itself, worst part first. */
@Component({
  selector: 'icm-health-page',
  imports: [ClockTimePipe, DeadLetters, Failure, FigurePipe, HealthGlyph, NumberUnitPipe, RouterLink],
  templateUrl: './health-page.html',
  styleUrl: './health-page.scss',
})
export class HealthPage {
  private readonly session = inject(Session);
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = inject(OperationsClient).readHealth();
  protected readonly kept = keepLast(this.read);
  protected readonly health = this.kept.value;
  protected readonly mayManageQueues = computed(() => this.session.may('queues:manage'));
  protected readonly isOld = computed(() => {
    const view = this.health();
    return view !== undefined && this.nowMs() - Date.parse(view.at) > OLD_MS;
  });
  /** Parts that the user opened or closed; the others are open while their state is not ok. */
  private readonly chosen = signal<Readonly<Record<string, boolean>>>({});

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Health' });
    reloadEvery(this.read, AGAIN_MS);
  }

  protected isOpen(part: HealthPart): boolean {
    return this.chosen()[part.id] ?? part.state !== 'ok';
  }

  protected toggled(part: HealthPart, event: Event): void {
    if (!(event.target instanceof HTMLDetailsElement)) return;
    const { open } = event.target;
    // The event also fires when this page opened the part, which is not a choice of the user.
    if (open !== this.isOpen(part)) this.chosen.update((chosen) => ({ ...chosen, [part.id]: open }));
  }

  /** Returns page and heading of the part's runbook. */
  protected runbookOf(part: HealthPart): { path: string; heading: string | undefined } {
    const [file = '', heading] = part.runbook.split('#');
    return { path: `/docs/${file.replace(/\.md$/, '')}`, heading };
  }
}
