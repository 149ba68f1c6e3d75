import { Component, computed, effect, inject, input, linkedSignal, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { TierPreview } from '@icmp-mon/assignment/contract';
import { Session } from '@icmp-mon/identity/ui';
import { CountPipe, Failure, keepLast, PageTrail, SentRequest, Toasts } from '@icmp-mon/platform/ui-kit';
import { isOfPreview } from './tier-editor';
import { PolicyPreview } from './policy-preview';
import { TiersClient } from './tiers.client';

/** Page `/settings/tiers/:name/remove`: asks for a successor if the tier has targets, previews the removal, and removes the tier. */
@Component({
  selector: 'icm-remove-tier',
  imports: [CountPipe, Failure, PolicyPreview, RouterLink],
  templateUrl: './remove-tier.html',
  styleUrl: './tier-page.scss',
})
export class RemoveTier {
  private readonly client = inject(TiersClient);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  readonly name = input.required<string>();

  protected readonly read = this.client.listTiers();
  protected readonly kept = keepLast(this.read);
  protected readonly tier = computed(() => this.kept.value()?.items.find(({ name }) => name === this.name()));
  protected readonly isInUse = computed(() => (this.tier()?.targetCount ?? 0) > 0);
  /** Tiers to which the targets can move. */
  protected readonly successors = computed(() =>
    (this.kept.value()?.items ?? [])
      .filter(({ name, successor }) => name !== this.name() && successor === null)
      .map(({ name }) => name),
  );
  protected readonly successor = signal('');
  protected readonly preview = linkedSignal<string, TierPreview | null>({
    source: this.successor,
    computation: () => null,
  });
  /** Whether the preview of the chosen successor could not be computed. */
  protected readonly lacksPreview = linkedSignal<string, boolean>({ source: this.successor, computation: () => false });
  private readonly sent = new SentRequest();
  protected readonly problem = this.sent.problem;
  protected readonly busy = this.sent.isBusy;
  /** Why the tier cannot be removed; null if it can. */
  protected readonly obstacle = computed(() => {
    const tier = this.tier();
    if (!this.session.may('tiers:write')) return 'To remove a tier you need the role engineer.';
    if (tier?.builtIn === true) return 'Built-in tiers cannot be removed.';
    return tier?.successor ? `It is being removed already: its targets move to ${tier.successor}.` : null;
  });
  protected readonly mayRemove = computed(
    () => !this.busy() && (!this.isInUse() || this.preview() !== null || this.lacksPreview()),
  );

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const name = this.name();
      const tiers = [
        { text: 'Settings', link: '/settings' },
        { text: 'Tiers', link: '/settings/tiers' },
      ];
      trail.showCrumbs(...tiers, { text: name, link: `/settings/tiers/${name}` }, { text: 'Remove' });
    });
  }

  protected async chooseSuccessor(successor: string): Promise<void> {
    this.successor.set(successor);
    if (successor === '') return;
    await this.attempt(async () => {
      const preview = await this.client.previewPolicy(this.name(), { successor });
      if (this.successor() === successor) this.preview.set(preview);
    });
    this.lacksPreview.set(this.successor() === successor && isOfPreview(this.problem()));
  }

  protected async remove(): Promise<void> {
    const tier = this.tier();
    if (tier === undefined || !this.mayRemove()) return;
    await this.attempt(async () => {
      const { state, successor } = await this.client.removeTier(tier, this.isInUse() ? this.successor() : null);
      const outcome = state === 'removed' ? 'removed' : `is being removed: its targets move to ${successor}`;
      this.toasts.done(`Tier ${tier.name} ${outcome}.`);
      await this.router.navigateByUrl('/settings/tiers');
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    if (!(await this.sent.sendRequest(work))) this.read.reload();
  }
}
