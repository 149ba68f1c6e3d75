import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { form, submit } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { ANCHORS_MAX } from '@icmp-mon/agents/contract';
import { EntityHistory } from '@icmp-mon/audit/look';
import { Session, SettingsNav } from '@icmp-mon/identity/ui';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { Failure, keepLast, PageTrail, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { AnchorFleet } from './anchor-fleet';
import { AnchorsClient } from './anchors.client';

const EMPTY = Array.from({ length: ANCHORS_MAX }, () => '');

/** Page `/settings/anchors`: addresses by which agents show that their own uplinks work, and how agents see them. */
@Component({
  selector: 'icm-anchors-page',
  imports: [AnchorFleet, EntityHistory, Failure, LabelledField, RouterLink, SettingsNav],
  templateUrl: './anchors-page.html',
  styles: `
    .note {
      max-width: 72ch;
      padding: 10px var(--icm-space-4) 0;
    }
    .body {
      display: flex;
      flex-direction: column;
      gap: 12px;
      max-width: 480px;
      padding: 12px var(--icm-space-4) 16px;
    }
    .refused {
      color: var(--icm-danger);
    }
  `,
})
export class AnchorsPage {
  private readonly client = inject(AnchorsClient);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  protected readonly mayChange = computed(() => this.session.may('agents:write'));
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  protected readonly read = this.client.readAnchors();
  protected readonly kept = keepLast(this.read);
  protected readonly anchors = computed(() => this.kept.value());
  protected readonly problem = signal<Problem | null>(null);
  private readonly entered = signal(EMPTY);
  protected readonly fields = form(this.entered);

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Anchors' });
    effect(() => {
      const { ips } = this.anchors() ?? { ips: [] };
      untracked(() => this.entered.set(EMPTY.map((_, at) => ips[at] ?? '')));
    });
  }

  protected async saveAnchors(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.fields, async () => {
      const places = this.entered().flatMap((text, at) => (text.trim() === '' ? [] : [at]));
      try {
        await this.client.setAnchors(
          places.map((at) => this.entered()[at].trim()),
          this.anchors()?.version ?? 0,
        );
        this.toasts.done('Anchors saved. Agents receive them within 10 seconds.');
        this.read.reload();
        return undefined;
      } catch (failure) {
        return this.showProblem(readProblem(failure), places);
      }
    });
  }

  /** Shows the server's messages at their fields, other problems above the form. `places`: the fields that were sent. */
  private showProblem(problem: Problem, places: readonly number[]) {
    const errors = places.flatMap((place, at) => {
      const message = problem.pointers[`#/ips/${at}`];
      return message === undefined ? [] : [{ fieldTree: this.fields[place], kind: 'server' as const, message }];
    });
    if (errors.length > 0) return errors;
    this.problem.set(problem);
    return undefined;
  }
}
