import { computed, inject, Injectable, signal } from '@angular/core';
import type { TierPreview } from '@icmp-mon/assignment/contract';
import { type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import { readPolicy, type TierPolicy, type TierView } from '@icmp-mon/tiers/contract';
import { policyChanges } from './policy-changes';
import { draftFaults, draftOf, type Faults, requestOf, type TierDraft } from './tier-draft';
import { TiersClient } from './tiers.client';

/** A change that was refused because the tier was changed meanwhile. */
interface TierConflict {
  /** The tier as it is now; null if it was removed. */
  current: TierView | null;
  /** Differences between the version that was edited and the current one. */
  changes: string[];
}

/**
 * One tier that is created or changed.
 *
 *   change ─▶ preview ─▶ save
 *     ▲          │         └─▶ conflict: read again, or keep the changes and preview them against the current version
 *     └──────────┘ any further change
 *
 * - Preview first: only the policy of the last preview can be saved. If the server could not compute it, the reason takes its place.
 * - Same rules: a policy is checked by the contract's rules before it is sent, and faults of the server are shown at the same fields.
 */
@Injectable()
export class TierEditor {
  private readonly client = inject(TiersClient);
  private readonly base = signal<TierView | null>(null);
  private readonly typed = signal<TierDraft | null>(null);
  /** Whether the draft was sent once, so that its faults are shown. */
  private readonly attempted = signal(false);
  private readonly refused = signal<{ sent: string; faults: Faults } | null>(null);
  private readonly previewed = signal<{ sent: string; view: TierPreview | Problem; changes: string[] } | null>(null);
  private readonly state = signal<'editing' | 'previewing' | 'saving'>('editing');
  private readonly failed = signal<Problem | null>(null);
  private readonly clash = signal<TierConflict | null>(null);

  readonly draft = this.typed.asReadonly();
  readonly busy = computed(() => (this.state() === 'editing' ? null : this.state()));
  /** A refusal that belongs to no field. */
  readonly problem = this.failed.asReadonly();
  readonly conflict = this.clash.asReadonly();
  private readonly sent = computed(() => {
    const draft = this.typed();
    return draft === null ? '' : textOf(draft.name, requestOf(draft));
  });
  /** Faults of the draft, and faults that the server found in the same draft. */
  readonly faults = computed((): Faults => {
    const [draft, refused] = [this.typed(), this.refused()];
    if (draft === null || !this.attempted()) return {};
    return { ...(refused?.sent === this.sent() && refused.faults), ...draftFaults(draft, this.base() === null) };
  });
  readonly isChanged = computed(() => {
    const base = this.base();
    return base === null || this.sent() !== textOf(base.name, requestOf(draftOf(base, base.name)));
  });
  readonly preview = computed(() => {
    const view = this.previewed()?.view;
    return view !== undefined && 'sentences' in view ? view : null;
  });
  /** Properties that the previewed policy changes, as short texts; none for a new tier. */
  readonly previewedChanges = computed(() => this.previewed()?.changes ?? []);
  /** Reason why the preview was not computed. */
  readonly previewFailure = computed(() => {
    const view = this.previewed()?.view;
    return view !== undefined && 'status' in view ? view : null;
  });
  /** Whether the preview is of the policy in the form. */
  readonly isPreviewCurrent = computed(() => this.previewed()?.sent === this.sent());

  /** Begins with a tier, or with a new one that has the policy `from`. */
  startEditing(base: TierView | null, from: TierPolicy, name: string): void {
    this.base.set(base);
    this.typed.set(draftOf(from, name));
    this.forgetAnswers();
  }

  changeDraft(change: Partial<TierDraft>): void {
    this.typed.update((draft) => (draft === null ? null : { ...draft, ...change }));
  }

  /** Takes the policy of an earlier version into the form. */
  takePolicy(policy: TierPolicy): void {
    this.changeDraft(draftOf(policy, this.typed()?.name ?? ''));
  }

  /** Computes the preview. Returns whether there is one; otherwise faults or the problem are set. */
  async requestPreview(): Promise<boolean> {
    const draft = this.typed();
    if (draft === null || this.busy() !== null) return false;
    this.failed.set(null);
    this.attempted.set(true);
    if (Object.keys(draftFaults(draft, this.base() === null)).length > 0) return false;
    const sent = this.sent();
    const request = requestOf(draft);
    const changes = changesOf(this.base(), request);
    this.state.set('previewing');
    try {
      this.previewed.set({ sent, changes, view: await this.client.previewPolicy(draft.name, request) });
      return true;
    } catch (failure) {
      const problem = readProblem(failure);
      if (!isOfPreview(problem)) this.showRefusal(problem);
      else this.previewed.set({ sent, changes, view: problem });
      return false;
    } finally {
      this.state.set('editing');
    }
  }

  /** Saves the policy of the preview. Returns the tier; null if it was refused: faults, the problem or the conflict are set. */
  async saveTier(): Promise<TierView | null> {
    const [draft, base] = [this.typed(), this.base()];
    if (draft === null || !this.isPreviewCurrent() || this.busy() !== null) return null;
    this.failed.set(null);
    this.state.set('saving');
    try {
      const request = requestOf(draft);
      const { client } = this;
      const saved = await (base === null ? client.createTier(draft.name, request) : client.changeTier(base, request));
      this.startEditing(saved, saved, saved.name);
      return saved;
    } catch (failure) {
      const problem = readProblem(failure);
      if (problem.status === 412 && base !== null) await this.findConflict(base);
      else this.showRefusal(problem);
      return null;
    } finally {
      this.state.set('editing');
    }
  }

  /** Ends a conflict: the current version replaces what was typed. */
  readAgain(): void {
    const current = this.clash()?.current;
    if (current) this.startEditing(current, current, current.name);
  }

  /** Ends a conflict: what was typed stays, to be previewed against the current version. */
  keepChanges(): void {
    const current = this.clash()?.current;
    if (!current) return;
    this.base.set(current);
    this.forgetAnswers();
  }

  private async findConflict(base: TierView): Promise<void> {
    this.previewed.set(null);
    try {
      const current = await this.client.fetchTier(base.name);
      this.clash.set({ current, changes: policyChanges(base, current) });
    } catch (failure) {
      const problem = readProblem(failure);
      if (problem.status === 404) this.clash.set({ current: null, changes: [] });
      else this.failed.set(problem);
    }
  }

  private showRefusal(problem: Problem): void {
    const isNameTaken = problem.status === 409 && this.base() === null;
    const faults = isNameTaken ? { '#/name': problem.detail } : problem.pointers;
    this.refused.set({ sent: this.sent(), faults });
    if (Object.keys(faults).length === 0) this.failed.set(problem);
  }

  private forgetAnswers(): void {
    this.refused.set(null);
    this.attempted.set(false);
    this.previewed.set(null);
    this.failed.set(null);
    this.clash.set(null);
  }
}

/** Whether a problem concerns only the preview, not the policy or the connection. */
export function isOfPreview(problem: Problem | null): boolean {
  return problem !== null && (problem.status === 404 || problem.status >= 500);
}

function changesOf(base: TierView | null, request: Record<string, unknown>): string[] {
  const { policy } = readPolicy(request);
  return base === null || policy === undefined ? [] : policyChanges(base, policy);
}

const textOf = (name: string, request: object): string => JSON.stringify([name, request]);
