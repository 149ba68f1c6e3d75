import { Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import {
  AgePipe,
  Clock,
  CountPipe,
  Empty,
  Failure,
  InstantPipe,
  keepLast,
  PageLinks,
  PageTrail,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import { CHECK_STATUSES } from '@icmp-mon/status/contract';
import { AnswerPipe, CheckNamePipe, CheckReasonPipe, CheckStatusGlyph } from '@icmp-mon/status/look';
import { ValidationClient } from './validation.client';

const AGAIN_MS = 5_000;

/** Page `/targets/validation`: the checks that expect no answer, worst first. Status, filter and page are in the address. */
@Component({
  selector: 'icm-validation-page',
  imports: [
    AgePipe,
    AnswerPipe,
    CheckNamePipe,
    CheckReasonPipe,
    CheckStatusGlyph,
    CountPipe,
    Empty,
    Failure,
    InstantPipe,
    PageLinks,
    RouterLink,
  ],
  templateUrl: './validation-page.html',
  styleUrl: './validation.scss',
})
export class ValidationPageView {
  readonly status = input<string>();
  readonly filter = input<string>();
  readonly cursor = input<string>();

  private readonly router = inject(Router);
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly statuses = CHECK_STATUSES;
  private readonly asked = computed(() => ({ status: this.status(), filter: this.filter(), cursor: this.cursor() }));
  protected readonly read = inject(ValidationClient).listChecks(this.asked);
  protected readonly kept = keepLast(this.read, () => JSON.stringify(this.asked()));
  protected readonly page = this.kept.value;

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Targets', link: '/targets' }, { text: 'Validation' });
    reloadEvery(this.read, AGAIN_MS);
  }

  protected applyFilter(event: Event): void {
    event.preventDefault();
    const filter = String(new FormData(event.target as HTMLFormElement).get('filter') ?? '').trim() || null;
    void this.router.navigate([], { queryParams: { filter, cursor: null }, queryParamsHandling: 'merge' });
  }
}
