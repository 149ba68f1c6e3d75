import { afterNextRender, Component, computed, type ElementRef, inject, signal, viewChild } from '@angular/core';
import { MAT_DIALOG_DATA, type MatDialog, MatDialogRef } from '@angular/material/dialog';
import { MAINTENANCE_LIMITS, type WindowView } from '@icmp-mon/maintenance/contract';
import { Clock, clockText, FormDialog, newRequestKey, SentRequest, Toasts, zoneText } from '@icmp-mon/platform/ui-kit';
import { parseScope } from '@icmp-mon/targets/contract';
import { MaintenanceClient } from './maintenance.client';
import { ScopeField } from './scope-field';
import { readMinutes, SILENCE_CHOICES } from './silence-draft';
import { minutesText } from './window-text';

const MINUTE_MS = 60_000;

/** Dialog that silences a scope from now on. */
@Component({
  selector: 'icm-silence-dialog',
  imports: [FormDialog, ScopeField],
  templateUrl: './silence-dialog.html',
  styleUrl: './maintenance-forms.scss',
})
class SilenceDialog {
  private readonly client = inject(MaintenanceClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<SilenceDialog, WindowView>>(MatDialogRef);
  private readonly nowMs = inject(Clock).nowMs;
  private readonly reasonBox = viewChild.required<ElementRef<HTMLTextAreaElement>>('reasonBox');
  private readonly sent = new SentRequest();
  /** The same for all attempts, so that a repeated request silences once. */
  private readonly requestKey = newRequestKey();

  protected readonly scope = signal(inject<string>(MAT_DIALOG_DATA));
  protected readonly duration = signal('2 h');
  protected readonly reason = signal('');
  /** Whether the form was submitted, so that what is missing is stated. */
  private readonly tried = signal(false);
  protected readonly isBusy = this.sent.isBusy;
  protected readonly choices = SILENCE_CHOICES.map((minutes) => minutesText(minutes));
  protected readonly reasonMax = MAINTENANCE_LIMITS.reasonLength;
  protected readonly minutes = computed(() => readMinutes(this.duration()));
  protected readonly until = computed(() => {
    const minutes = this.minutes();
    const endMs = this.nowMs() + (minutes ?? 0) * MINUTE_MS;
    return minutes === null ? '' : `until ${clockText(endMs).slice(0, 5)} ${zoneText(endMs)}`;
  });
  private readonly fields = computed(() => this.sent.problem()?.fields ?? {});
  /** Why the server refused the request, if that is about no field. */
  protected readonly problem = computed(() => (Object.keys(this.fields()).length === 0 ? this.sent.problem() : null));
  protected readonly scopeError = computed(() => {
    if (this.fields()['scope'] !== undefined) return this.fields()['scope'];
    return this.tried() && this.scope().trim() === '' ? 'Enter which targets: site=fra, or ip=192.0.2.1.' : null;
  });
  protected readonly durationError = computed(() =>
    this.minutes() === null ? 'Enter 1 minute to 7 days: 45 min, 2 h, 1 d.' : (this.fields()['minutes'] ?? null),
  );
  protected readonly reasonError = computed(
    () => this.fields()['reason'] ?? (this.tried() && this.reason().trim() === '' ? 'Enter a reason.' : null),
  );

  constructor() {
    // The first empty field has the focus: the scope, unless it is given.
    afterNextRender(() => {
      if (this.scope() !== '') this.reasonBox().nativeElement.focus();
    });
  }

  protected async sendSilence(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    const [scope, minutes, reason] = [this.scope().trim(), this.minutes(), this.reason().trim()];
    if (minutes === null || reason === '' || !parseScope(scope).ok) return;
    await this.sent.sendRequest(async () => {
      const silence = await this.client.silenceScope({ scope, minutes, reason }, this.requestKey);
      this.toasts.done(`${scope} is silenced for ${minutesText(minutes)}.`);
      this.dialog.close(silence);
    });
  }
}

/** Opens the dialog that silences a scope. */
export function openSilenceDialog(dialog: MatDialog, scope: string): void {
  dialog.open(SilenceDialog, { data: scope, width: '520px', maxWidth: '96vw' });
}
