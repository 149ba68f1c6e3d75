import { Component, inject, signal } from '@angular/core';
import { form, maxLength, submit, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { type AgentView, DRAIN_AT_ONCE_MAX, REASON_LENGTH_MAX } from '@icmp-mon/agents/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { countText, type Problem, problemText, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { AgentsClient } from './agents.client';
import { capacityIn, checkCapacity, countIn } from './description-fields';
import { changedOf, namesText, outcomeText, type SeveralChange } from './several-changes';

export interface SeveralAsked {
  change: SeveralChange;
  agents: readonly AgentView[];
}

/** Dialog for one change of several agents; closes with true when it was sent. */
@Component({
  selector: 'icm-several-agents-dialog',
  imports: [LabelledField, MatDialogModule],
  templateUrl: './several-agents-dialog.html',
  styleUrl: './edit-agent-dialog.scss',
})
export class SeveralAgentsDialog {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<SeveralAgentsDialog, boolean>>(MatDialogRef);
  private readonly asked = inject<SeveralAsked>(MAT_DIALOG_DATA);
  protected readonly change = this.asked.change;
  private readonly changed = changedOf(this.change, this.asked.agents);
  protected readonly agents = this.changed.agents;
  protected readonly leftOut = this.changed.leftOut;
  protected readonly title = `${this.change.verb} ${countText(this.agents.length)} ${this.agents.length === 1 ? 'agent' : 'agents'}`;
  protected readonly names = namesText(this.agents.map(({ name }) => name));

  protected readonly problem = signal<Problem | null>(null);
  protected readonly values = form(signal({ reason: '', atOnce: '1', capacity: '' }), (path) => {
    maxLength(path.reason, REASON_LENGTH_MAX, { message: `At most ${REASON_LENGTH_MAX} characters.` });
    validate(path.atOnce, ({ value }) =>
      countIn(value(), DRAIN_AT_ONCE_MAX) === undefined
        ? { kind: 'number', message: `Enter a whole number from 1 to ${DRAIN_AT_ONCE_MAX}.` }
        : undefined,
    );
    checkCapacity(path.capacity);
  });

  protected async sendChange(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.values, async () => {
      try {
        if (this.change.kind === 'drain') await this.requestDrain();
        else await this.changeEach();
        this.dialog.close(true);
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
      return undefined;
    });
  }

  private async requestDrain(): Promise<void> {
    const { atOnce, reason } = this.values().value();
    await this.client.requestDrain({
      agents: this.agents.map(({ id }) => id),
      atOnce: countIn(atOnce, DRAIN_AT_ONCE_MAX) ?? 1,
      ...(reason.trim() !== '' && { reason: reason.trim() }),
    });
    this.toasts.done('A job drains the agents, some at a time: this page shows its progress.');
  }

  /** Changes one agent after the other, so that one that is refused does not prevent the others. */
  private async changeEach(): Promise<void> {
    const failed: { name: string; reason: string }[] = [];
    for (const agent of this.agents) {
      try {
        await this.changeOne(agent);
      } catch (failure) {
        failed.push({ name: agent.name, reason: problemText(readProblem(failure)) });
      }
    }
    const text = outcomeText(this.agents.length - failed.length, failed);
    if (failed.length === 0) this.toasts.done(text);
    else this.toasts.showFailure(text);
  }

  private async changeOne(agent: AgentView): Promise<void> {
    const { reason, capacity } = this.values().value();
    if (this.change.kind === 'capacity') {
      await this.client.changeDescription(agent, { capacityPps: capacityIn(capacity) ?? null });
    } else if (this.change.kind !== 'drain') {
      await this.client.changeAgent(agent, this.change.kind, reason.trim() === '' ? {} : { reason: reason.trim() });
    }
  }
}
