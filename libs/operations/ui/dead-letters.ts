import { Component, computed, effect, inject, input, output, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Session } from '@icmp-mon/identity/ui';
import type { DeadLetterView, ReplayRequest } from '@icmp-mon/operations/contract';
import {
  AgePipe,
  BytesPipe,
  Clock,
  type Confirmation,
  ConfirmDialog,
  CountPipe,
  countText,
  Failure,
  InstantPipe,
  keepLast,
  readProblem,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { OperationsClient } from './operations.client';

const SHOWN = 20;

/** Messages that consumers set aside, and the buttons that send them back. */
@Component({
  selector: 'icm-dead-letters',
  imports: [AgePipe, BytesPipe, CountPipe, Failure, InstantPipe],
  templateUrl: './dead-letters.html',
  styleUrl: './dead-letters.scss',
})
export class DeadLetters {
  private readonly client = inject(OperationsClient);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  protected readonly nowMs = inject(Clock).nowMs;

  /** The letters are read again when the health was. */
  readonly readAt = input.required<string>();
  /** Letters were sent back. */
  readonly changed = output<void>();

  protected readonly read = this.client.deadLetters(SHOWN);
  protected readonly kept = keepLast(this.read);
  protected readonly list = this.kept.value;
  protected readonly waiting = computed(() => (this.list()?.topics ?? []).filter((topic) => topic.waiting > 0));
  protected readonly total = computed(() => this.waiting().reduce((sum, topic) => sum + topic.waiting, 0));
  protected readonly mayReplay = computed(() => this.session.may('operations:replay'));
  protected readonly sending = signal(false);

  constructor() {
    effect(() => {
      this.readAt();
      untracked(() => {
        if (!this.read.isLoading()) this.read.reload();
      });
    });
  }

  protected replayAll(topic: string, waiting: number): void {
    const what = `${countText(waiting)} dead ${waiting === 1 ? 'letter' : 'letters'} of ${topic}`;
    this.confirm({ topic }, `Replay ${what}?`);
  }

  protected replayOne({ topic, partition, offset }: DeadLetterView): void {
    this.confirm({ topic, partition, offset }, `Replay letter ${partition}/${offset} of ${topic}?`);
  }

  private confirm(request: ReplayRequest, title: string): void {
    const text =
      'They go back to the consumer that set them aside, after younger messages. What fails again comes back as a new letter.';
    const data: Confirmation = { title, text, action: 'Replay' };
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '440px' });
    closed.afterClosed().subscribe((confirmed) => {
      if (confirmed === true) void this.send(request);
    });
  }

  private async send(request: ReplayRequest): Promise<void> {
    this.sending.set(true);
    try {
      const { replayed, left } = await this.client.replay(request);
      const rest = left > 0 ? ` ${countText(left)} are left.` : '';
      this.toasts.done(`${countText(replayed)} went back to ${request.topic}.${rest}`);
      this.read.reload();
      this.changed.emit();
    } catch (failure) {
      const problem = readProblem(failure);
      this.toasts.failed(`Nothing is known to have been sent back. ${problem.title}. ${problem.detail}`);
    } finally {
      this.sending.set(false);
    }
  }
}
