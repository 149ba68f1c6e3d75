import { Component, computed, inject, signal } from '@angular/core';
import { form, FormField, required, submit, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { keepLast, newRequestKey, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import type { ChangeTargetRequest, TargetView } from '@icmp-mon/targets/contract';
import { TiersClient, tierText } from '@icmp-mon/tiers/ui';
import { parseTags, tagChanges, tagsAsText } from './tag-text';
import { TargetsClient } from './targets.client';

const FIELDS = ['tier', 'name', 'tags'] as const;

/** Dialog for `PATCH /targets/{id}`; closes with the changed target. */
@Component({
  selector: 'icm-edit-target-dialog',
  imports: [FormField, MatDialogModule],
  templateUrl: './edit-target-dialog.html',
  styleUrl: './add-target.scss',
})
export class EditTargetDialog {
  private readonly client = inject(TargetsClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<EditTargetDialog, TargetView>>(MatDialogRef);
  protected readonly before = inject<TargetView>(MAT_DIALOG_DATA);

  private readonly tiers = keepLast(inject(TiersClient).list());
  protected readonly tierNames = computed(
    () => this.tiers.value()?.items.map(({ name }) => name) ?? [this.before.tier],
  );
  protected readonly problem = signal<Problem | null>(null);
  /** What the chosen tier means. */
  protected readonly meaning = computed(() => {
    const chosen = this.tiers.value()?.items.find(({ name }) => name === this.target.tier().value());
    return chosen === undefined ? null : tierText(chosen);
  });
  protected readonly target = form(
    signal({ tier: this.before.tier, name: this.before.name ?? '', tags: tagsAsText(this.before.tags) }),
    (path) => {
      required(path.tier, { message: 'Choose a tier.' });
      validate(path.tags, ({ value }) => {
        const parsed = parseTags(value());
        return 'error' in parsed ? { kind: 'tags', message: parsed.error } : undefined;
      });
    },
  );

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.target, async () => {
      try {
        const view = await this.client.change(this.before, this.patch(), newRequestKey());
        if (view.version !== this.before.version) this.toasts.done(`${view.ip} was changed.`);
        this.dialog.close(view);
        return undefined;
      } catch (failure) {
        return this.refused(readProblem(failure));
      }
    });
  }

  private patch(): ChangeTargetRequest {
    const { tier, name, tags } = this.target().value();
    const parsed = parseTags(tags);
    return {
      tier,
      name: name.trim() === '' ? null : name.trim(),
      ...('tags' in parsed && { tags: tagChanges(this.before.tags, parsed.tags) }),
    };
  }

  /** Puts the server's messages at their fields, the rest above the form. */
  private refused(problem: Problem) {
    const atFields = FIELDS.filter((name) => problem.fields[name] !== undefined);
    if (atFields.length === 0) {
      this.problem.set(problem);
      return undefined;
    }
    return atFields.map((name) => ({
      fieldTree: this.target[name],
      kind: 'server',
      message: problem.fields[name] ?? problem.detail,
    }));
  }
}
