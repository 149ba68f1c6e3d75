import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { AgePipe, Clock, Failure, keepLast, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { AnswerPipe, CheckNamePipe, CheckReasonPipe, CheckStatusGlyph } from '@icmp-mon/status/look';
import { ValidationClient } from './validation.client';

const AGAIN_MS = 10_000;

/** The checks of a target that expect no answer; nothing while there are none. */
@Component({
  selector: 'icm-target-checks',
  imports: [AgePipe, AnswerPipe, CheckNamePipe, CheckReasonPipe, CheckStatusGlyph, Failure, RouterLink],
  template: `
    @if (kept.failure(); as failure) {
      <icm-failure
        what="The checks that expect no answer could not be loaded"
        [error]="failure.error"
        [sinceMs]="checks().length > 0 ? failure.sinceMs : null"
        (retry)="read.reload()"
      />
    }
    @if (checks().length > 0) {
      <section class="card" aria-labelledby="checks-title" [class.outdated]="kept.failure()">
        <div class="card-head"><h2 id="checks-title">Must not answer</h2></div>
        <ul>
          @for (each of checks(); track each.check) {
            <li data-testid="target-check">
              <a [routerLink]="['/targets', id(), 'checks', each.check]">{{ each | checkName }}</a>
              @if (each.validation; as validation) {
                <icm-check-status [status]="validation.status" />
                <span class="quiet">
                  {{ validation.since | age: nowMs() }},
                  @if (validation.status === 'violated' && validation.lastAnswer; as answer) {
                    {{ answer | answer }}
                  } @else {
                    {{ validation.reason | checkReason }}
                  }
                </span>
              }
            </li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    ul {
      margin: 0;
      padding: 0 var(--icm-space-4) 12px;
      list-style: none;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 12px;
      padding: 4px 0;
    }
  `,
})
export class TargetChecks {
  readonly id = input.required<string>();

  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = inject(ValidationClient).readChecks(this.id);
  protected readonly kept = keepLast(this.read, this.id);
  protected readonly checks = computed(
    () => this.kept.value()?.items.filter(({ validation }) => validation !== null) ?? [],
  );

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }
}
