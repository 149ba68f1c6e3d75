import { Component, inject, signal } from '@angular/core';
import { form, submit } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { fieldErrors, FormDialog, newRequestKey, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import type { ChangeTargetRequest, TargetView } from '@icmp-mon/targets/contract';
import { parseTags, tagChanges, tagsAsText } from './tag-text';
import { parentsIn, parentsText } from './parent-text';
import { checkTargetFields, TargetFields, type TargetFieldValues, textOrNull } from './target-fields';
import { TargetsClient } from './targets.client';

/** Dialog for `PATCH /targets/{id}`; closes with the changed target. */
@Component({
  selector: 'icm-edit-target-dialog',
  imports: [FormDialog, TargetFields],
  templateUrl: './edit-target-dialog.html',
})
export class EditTargetDialog {
  private readonly client = inject(TargetsClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<EditTargetDialog, TargetView>>(MatDialogRef);
  protected readonly before = inject<TargetView>(MAT_DIALOG_DATA);

  protected readonly problem = signal<Problem | null>(null);
  protected readonly target = form(signal(this.valuesBefore()), (path) => checkTargetFields(path));

  protected async saveTarget(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.target, async () => {
      try {
        const view = await this.client.changeTarget(this.before, this.patch(), newRequestKey());
        if (view.version !== this.before.version) this.toasts.done(`${view.ip} was changed.`);
        this.dialog.close(view);
        return undefined;
      } catch (failure) {
        return this.showProblem(readProblem(failure));
      }
    });
  }

  private valuesBefore(): TargetFieldValues {
    const { tier, name, tags, owner, parents, notes, paused } = this.before;
    return {
      ...{ tier, paused, name: name ?? '', owner: owner ?? '', notes: notes ?? '', tags: tagsAsText(tags) },
      parents: parentsText(parents, this.before.vrf),
    };
  }

  private patch(): ChangeTargetRequest {
    const { tier, name, tags, owner, parents, notes, paused } = this.target().value();
    const parsed = parseTags(tags);
    return {
      ...{ tier, paused, name: textOrNull(name), owner: textOrNull(owner), notes: textOrNull(notes) },
      ...('tags' in parsed && { tags: tagChanges(this.before.tags, parsed.tags) }),
      ...(parents !== this.valuesBefore().parents && { parents: parentsIn(parents) }),
    };
  }

  /** Shows the server's messages at their fields, other problems above the form. */
  private showProblem(problem: Problem) {
    const { tier, name, tags, owner, parents, notes } = this.target;
    const errors = fieldErrors(problem, { tier, name, tags, owner, parents, notes });
    if (errors === undefined) this.problem.set(problem);
    return errors;
  }
}
