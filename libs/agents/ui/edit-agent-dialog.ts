import { Component, inject, signal } from '@angular/core';
import { form, required, submit, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import {
  AGENT_NAME_RULE,
  type AgentView,
  type ChangeAgentDescriptionRequest,
  type DescribedAgent,
  isAgentName,
} from '@icmp-mon/agents/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { fieldErrors, FormDialog, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { parseTags, tagChanges, tagsAsText } from '@icmp-mon/targets/contract';
import { AgentsClient } from './agents.client';
import { capacityIn, checkDescription } from './description-fields';

/** Dialog for `PATCH /agents/{id}`; closes with the changed description. */
@Component({
  selector: 'icm-edit-agent-dialog',
  imports: [FormDialog, LabelledField],
  templateUrl: './edit-agent-dialog.html',
})
export class EditAgentDialog {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<EditAgentDialog, DescribedAgent>>(MatDialogRef);
  protected readonly before = inject<AgentView>(MAT_DIALOG_DATA);
  private readonly tagsBefore = tagsAsText(this.before.tags);

  protected readonly problem = signal<Problem | null>(null);
  protected readonly description = form(
    signal({
      ...{ name: this.before.name, region: this.before.region, provider: this.before.provider },
      ...{ tags: this.tagsBefore, capacity: this.before.capacityPps?.toString() ?? '' },
    }),
    (path) => {
      required(path.name, { message: 'Enter a name.' });
      validate(path.name, ({ value }) =>
        isAgentName(value().trim()) ? undefined : { kind: 'name', message: `A name ${AGENT_NAME_RULE}.` },
      );
      required(path.region, { message: 'Enter a region. Tiers select agents by region.' });
      checkDescription(path, this.tagsBefore);
    },
  );

  protected async saveAgent(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.description, async () => {
      try {
        const changed = await this.client.changeDescription(this.before, this.readPatch());
        if (changed.version !== this.before.version) this.toasts.done(`${changed.name} was changed.`);
        this.dialog.close(changed);
        return undefined;
      } catch (failure) {
        return this.showProblem(readProblem(failure));
      }
    });
  }

  /** Contains only what was changed: what an operator sets takes precedence over the agent's own settings from then on. */
  private readPatch(): ChangeAgentDescriptionRequest {
    const { name, region, provider, tags, capacity } = this.description().value();
    const parsed = parseTags(tags);
    const capacityPps = capacityIn(capacity) ?? null;
    return {
      ...(name.trim() !== this.before.name && { name: name.trim() }),
      ...(region.trim() !== this.before.region && { region: region.trim() }),
      ...(provider.trim() !== this.before.provider && { provider: provider.trim() || null }),
      ...(tags !== this.tagsBefore && 'tags' in parsed && { tags: tagChanges(this.before.tags, parsed.tags) }),
      ...(capacityPps !== this.before.capacityPps && { capacityPps }),
    };
  }

  /** Shows the server's messages at their fields, other problems above the form. */
  private showProblem(problem: Problem) {
    const { name, region, provider, tags, capacity } = this.description;
    const errors = fieldErrors(problem, { name, region, provider, tags, capacity }, { capacity: 'capacityPps' });
    if (errors === undefined) this.problem.set(problem);
    return errors;
  }
}
