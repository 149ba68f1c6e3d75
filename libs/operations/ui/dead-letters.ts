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
  problemText,
  readProblem,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { OperationsClient } from './operations.client';

const SHOWN = 20;

/** Messages that consumers could not process, with buttons to replay them. */
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

  /** When the health part was read: the letters are read again when it changes. */
  readonly readAt = input.required<string>();
  /** Emitted after letters were replayed. */
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
    this.confirmReplay({ topic }, `Replay ${what}?`);
  }

  protected replayOne({ topic, partition, offset }: DeadLetterView): void {
    this.confirmReplay({ topic, partition, offset }, `Replay letter ${partition}/${offset} of ${topic}?`);
  }

  private confirmReplay(request: ReplayRequest, title: string): void {
    const text =
      'The consumer processes them after newer messages. A message that fails again becomes a new dead letter.';
    const data: Confirmation = { title, text, action: 'Replay' };
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '440px' });
    closed.afterClosed().subscribe((confirmed) => {
      if (confirmed === true) void this.sendReplay(request);
    });
  }

  private async sendReplay(request: ReplayRequest): Promise<void> {
    this.sending.set(true);
    try {
      const { replayed, left } = await this.client.replayLetters(request);
      const rest = left > 0 ? ` ${countText(left)} left.` : '';
      this.toasts.done(`${countText(replayed)} replayed to ${request.topic}.${rest}`);
      this.read.reload();
      this.changed.emit();
    } catch (failure) {
      this.toasts.showFailure(
        `Replay failed: ${problemText(readProblem(failure))} Letters already replayed are no longer listed.`,
      );
    } finally {
      this.sending.set(false);
    }
  }
}
