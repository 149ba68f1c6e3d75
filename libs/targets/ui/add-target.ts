import { Component, inject, signal } from '@angular/core';
import { form, FormField, required, submit } from '@angular/forms/signals';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { fieldErrors, newRequestKey, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import type { RegisterTargetRequest, TargetView } from '@icmp-mon/targets/contract';
import { parseTags } from './tag-text';
import { parentsIn } from './parent-text';
import { checkTargetFields, NO_FIELDS, TargetFields } from './target-fields';
import { TargetsClient } from './targets.client';

const EMPTY = { ...NO_FIELDS, ip: '' };

/** Dialog for `POST /targets`; closes with the new target. */
@Component({
  selector: 'icm-add-target',
  imports: [FormField, MatDialogModule, RouterLink, TargetFields],
  templateUrl: './add-target.html',
  styleUrl: './add-target.scss',
})
export class AddTarget {
  private readonly client = inject(TargetsClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<AddTarget, TargetView>>(MatDialogRef);
  /** Idempotency-Key of the request: pressing the button twice registers one target. */
  private requestKey = newRequestKey();
  private sentBody = '';

  protected readonly problem = signal<Problem | null>(null);
  /** Id of the target that already has the address. */
  protected readonly existing = signal<string | null>(null);
  protected readonly target = form(signal({ ...EMPTY }), (path) => {
    required(path.ip, { message: 'Enter an IPv4 or IPv6 address.' });
    checkTargetFields(path);
  });

  protected async add(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    this.existing.set(null);
    await submit(this.target, async () => {
      try {
        const view = await this.sendTarget();
        this.toasts.done(`${view.ip} was added. Its first result arrives within one probe interval.`);
        this.dialog.close(view);
        return undefined;
      } catch (failure) {
        return this.showProblem(readProblem(failure));
      }
    });
  }

  private sendTarget(): Promise<TargetView> {
    const { ip, tier, name, tags, owner, parents, notes, paused } = this.target().value();
    const parsed = parseTags(tags);
    const body: RegisterTargetRequest = { ip: ip.trim(), tier };
    if (name.trim() !== '') body.name = name.trim();
    if ('tags' in parsed && Object.keys(parsed.tags).length > 0) body.tags = parsed.tags;
    if (owner.trim() !== '') body.owner = owner.trim();
    if (notes.trim() !== '') body.notes = notes.trim();
    if (parentsIn(parents).length > 0) body.parents = parentsIn(parents);
    if (paused) body.paused = true;
    const text = JSON.stringify(body);
    if (text !== this.sentBody && this.sentBody !== '') this.requestKey = newRequestKey();
    this.sentBody = text;
    return this.client.register(body, this.requestKey);
  }

  /** Shows the server's messages at their fields, other problems above the form. */
  private showProblem(problem: Problem) {
    this.existing.set(problem.more['targetId'] ?? null);
    const { ip, tier, name, tags, owner, parents, notes } = this.target;
    const errors = fieldErrors(problem, { ip, tier, name, tags, owner, parents, notes });
    if (errors === undefined) this.problem.set(problem);
    return errors;
  }
}
