import { HttpClient, httpResource } from '@angular/common/http';
import { Component, computed, effect, inject, input, linkedSignal, output, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Session } from '@icmp-mon/identity/ui';
import type { DeadLetterList, DeadLetterView, ReplayRequest, ReplayResult } from '@icmp-mon/operations/contract';
import {
  ageText,
  bytesText,
  Clock,
  type Confirmation,
  ConfirmDialog,
  countText,
  Failure,
  instantText,
  newRequestKey,
  readProblem,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';

const SHOWN = 20;

/** Messages that consumers set aside, and the buttons that send them back. */
@Component({
  selector: 'icm-dead-letters',
  imports: [Failure],
  templateUrl: './dead-letters.html',
  styleUrl: './dead-letters.scss',
})
export class DeadLetters {
  private readonly http = inject(HttpClient);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  protected readonly nowMs = inject(Clock).nowMs;

  /** The letters are read again when the health was. */
  readonly readAt = input.required<string>();
  /** Letters were sent back. */
  readonly changed = output<void>();

  protected readonly read = httpResource<DeadLetterList>(() => `/api/v1/dead-letters?limit=${SHOWN}`);
  protected readonly list = linkedSignal<DeadLetterList | undefined, DeadLetterList | undefined>({
    source: () => (this.read.hasValue() ? this.read.value() : undefined),
    computation: (list, before) => list ?? before?.value,
  });
  protected readonly waiting = computed(() => (this.list()?.topics ?? []).filter((topic) => topic.waiting > 0));
  protected readonly total = computed(() => this.waiting().reduce((sum, topic) => sum + topic.waiting, 0));
  protected readonly mayReplay = computed(() => this.session.may('operations:replay'));
  protected readonly sending = signal(false);

  protected readonly ageText = ageText;
  protected readonly bytesText = bytesText;
  protected readonly countText = countText;
  protected readonly instantText = instantText;

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
      const headers = { 'Idempotency-Key': newRequestKey() };
      const sent = this.http.post<ReplayResult>('/api/v1/dead-letters/replay', request, { headers });
      const { replayed, left } = await firstValueFrom(sent);
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
