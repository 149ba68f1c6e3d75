import { Component, computed, effect, ElementRef, inject, Injector, input, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { EntityHistory } from '@icmp-mon/audit/look';
import { Session } from '@icmp-mon/identity/ui';
import { CountPipe, Failure, Icon, keepLast, PageTrail, Toasts, whenRendered } from '@icmp-mon/platform/ui-kit';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { PolicyPreview } from './policy-preview';
import { TierEditor } from './tier-editor';
import { TierForm } from './tier-form';
import { tierText } from './tier-text';
import { TierVersions } from './tier-versions';
import { TiersClient } from './tiers.client';

/** Pages `/settings/tiers/:name` and `/settings/tiers/new`: the policy of one tier, what a change would do, and its versions. */
@Component({
  selector: 'icm-tier-page',
  imports: [CountPipe, EntityHistory, Failure, Icon, PolicyPreview, RouterLink, TierForm, TierVersions],
  providers: [TierEditor],
  templateUrl: './tier-page.html',
  styleUrl: './tier-page.scss',
})
export class TierPage {
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly injector = inject(Injector);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly editor = inject(TierEditor);
  /** Name of the tier; absent for a new one. */
  readonly name = input<string>();

  private readonly shownName = computed(() => this.name() ?? null);
  protected readonly read = inject(TiersClient).readTier(this.shownName);
  protected readonly kept = keepLast(this.read, this.shownName);
  private readonly agents = keepLast(inject(AgentsClient).listAgents());
  protected readonly tier = computed(() => (this.name() === undefined ? null : (this.kept.value() ?? null)));
  protected readonly isNew = computed(() => this.name() === undefined);
  protected readonly mayWrite = computed(() => this.session.may('tiers:write'));
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  protected readonly readonly = computed(() => !this.mayWrite() || (this.tier()?.successor ?? null) !== null);
  protected readonly regions = computed(() => {
    const agents = this.agents.value()?.items ?? [];
    return [...new Set(agents.map(({ region }) => region))].sort((a, b) => a.localeCompare(b));
  });
  protected readonly meaning = computed(() => {
    const tier = this.tier();
    return tier === null ? '' : tierText(tier);
  });
  protected readonly saveText = computed(() => {
    if (this.editor.busy() === 'saving') return 'Saving …';
    const save = this.isNew() ? 'Create tier' : 'Save';
    return this.editor.preview() === null ? `${save} without a preview` : save;
  });
  protected readonly faultCount = computed(() => Object.keys(this.editor.faults()).length);

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const last = { text: this.name() ?? 'New tier' };
      trail.showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Tiers', link: '/settings/tiers' }, last);
    });
    effect(() => {
      const [tier, isNew] = [this.tier(), this.isNew()];
      untracked(() => {
        if (isNew) this.editor.startEditing(null, BUILT_IN_TIERS.standard, '');
        else if (tier !== null) this.editor.startEditing(tier, tier, tier.name);
      });
    });
  }

  protected async previewChange(event: Event): Promise<void> {
    event.preventDefault();
    await this.editor.requestPreview();
    this.focusOn(
      this.editor.isPreviewCurrent() ? '[data-testid="tier-preview"]' : '[aria-invalid="true"], [role="alert"]',
    );
  }

  protected async saveTier(): Promise<void> {
    const isNew = this.isNew();
    const moved = this.editor.preview()?.moved ?? 0;
    const saved = await this.editor.saveTier();
    if (saved === null) return this.focusOn('[aria-invalid="true"], [role="alert"]');
    this.toasts.done(
      `Tier ${saved.name} ${isNew ? 'created' : 'saved'}.${moved > 0 ? ' Its targets are moving.' : ''}`,
    );
    if (isNew) await this.router.navigate(['/settings/tiers', saved.name]);
    else this.read.set(saved);
  }

  protected readAgain(): void {
    this.editor.readAgain();
    this.read.reload();
  }

  /** Moves the focus to the first element, when it is rendered. */
  private focusOn(selector: string): void {
    whenRendered(this.injector, () => this.host.nativeElement.querySelector<HTMLElement>(selector)?.focus());
  }
}
