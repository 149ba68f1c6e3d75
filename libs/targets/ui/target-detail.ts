import { afterRenderEffect, Component, computed, inject, input, untracked, viewChild } from '@angular/core';
import { Router } from '@angular/router';
import { PageTrail, Shortcuts } from '@icmp-mon/platform/ui-kit';
import { ListPlace } from './list-place';
import { TargetBody } from './target-body';

/** `/targets/:id?range=` or `?from=&to=`: one target; `:id` is its id or address. */
@Component({
  selector: 'icm-target-detail',
  imports: [TargetBody],
  template: `
    <div class="page">
      <icm-target-body [id]="id()" [range]="range()" [from]="from()" [to]="to()" />
    </div>
  `,
})
export class TargetDetail {
  private readonly router = inject(Router);
  private readonly place = inject(ListPlace);

  readonly id = input.required<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  private readonly body = viewChild.required(TargetBody);
  private readonly shownText = computed(() => this.body().address());

  constructor() {
    const trail = inject(PageTrail);
    // After rendering, because only then the body has its inputs.
    afterRenderEffect(() => {
      const text = this.shownText();
      untracked(() => trail.showCrumbs({ text: 'Targets', link: this.place.url }, { text }));
    });
    inject(Shortcuts).add({ keys: 'u', label: 'Back to the list', run: () => this.leavePage() });
  }

  /** Returns to the list. */
  private leavePage(): void {
    void this.router.navigateByUrl(this.place.url);
  }
}
