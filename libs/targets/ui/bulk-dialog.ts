import { Component, computed, inject, signal } from '@angular/core';
import { form, FormField, submit, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { CountPipe, fieldErrors, keepLast, newRequestKey, SentRequest } from '@icmp-mon/platform/ui-kit';
import type { BulkChange, BulkJobDetail, BulkPreview as Preview } from '@icmp-mon/targets/contract';
import { TiersClient } from '@icmp-mon/tiers/ui';
import { BulkPreview } from './bulk-preview';
import { BulkClient, type BulkRequest } from './bulk.client';
import { ScopeNote } from './scope-note';
import { changeOf, keysFault, NO_BULK_VALUES, tagsFault } from './bulk-form';

/** Selected targets: by ids, or by a filter. */
export type BulkSelection = { targets: string[] } | { filter: string };

/** From this number of removed targets on, the number has to be typed. */
const TYPED_FROM = 100;

/** Dialog that changes or removes many targets: first a dry run, then a job. Closes with the job. */
@Component({
  selector: 'icm-bulk-dialog',
  imports: [BulkPreview, CountPipe, FormField, MatDialogModule, ScopeNote],
  templateUrl: './bulk-dialog.html',
  styleUrl: './add-target.scss',
})
export class BulkDialog {
  private readonly client = inject(BulkClient);
  private readonly dialog = inject<MatDialogRef<BulkDialog, BulkJobDetail>>(MatDialogRef);
  private readonly selection = inject<BulkSelection>(MAT_DIALOG_DATA);
  /** Idempotency-Key of the job's request: pressing the button twice starts one job. */
  private requestKey = newRequestKey();

  private readonly tiers = keepLast(inject(TiersClient).listTiers());
  protected readonly tierNames = computed(() => this.tiers.value()?.items.map(({ name }) => name) ?? []);
  private readonly sent = new SentRequest();
  protected readonly problem = this.sent.problem;
  protected readonly isBusy = this.sent.isBusy;
  /** The request whose dry run is shown; null while the form is shown. */
  protected readonly asked = signal<(BulkRequest & { route: 'bulk' }) | null>(null);
  protected readonly preview = signal<Preview | null>(null);
  protected readonly typed = signal('');
  protected readonly values = form(signal({ ...NO_BULK_VALUES }), (path) => {
    validate(path.addTags, ({ value }) => tagsFault(value()));
    validate(path.removeTags, ({ value }) => keysFault(value()));
  });
  private readonly change = computed<BulkChange | null>(() => changeOf(this.values().value()));
  protected readonly removes = computed(() => this.values().value().action === 'remove');
  protected readonly isEmpty = computed(() => !this.removes() && this.change() === null);
  protected readonly mustType = computed(() => this.removes() && (this.preview()?.changes ?? 0) >= TYPED_FROM);
  protected readonly mayStart = computed(() => {
    const changes = this.preview()?.changes ?? 0;
    return (
      changes > 0 && !this.isBusy() && (!this.mustType() || this.typed().replace(/[\s,]/g, '') === String(changes))
    );
  });

  protected async showPreview(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isEmpty()) return;
    await submit(this.values, async () => {
      const change = this.change();
      const what = this.removes() || change === null ? { remove: true } : { change };
      const request = { route: 'bulk', body: { ...this.selection, ...what } } as const;
      await this.sent.sendRequest(async () => {
        this.preview.set(await this.client.preview(request));
        this.asked.set(request);
        this.requestKey = newRequestKey();
      });
      return this.faultsOfFields();
    });
  }

  /** Returns the server's faults of fields, which are then shown there instead of above the form. */
  private faultsOfFields() {
    const problem = this.sent.problem();
    if (problem === null) return undefined;
    const { addTags, removeTags, tier, owner } = this.values;
    const faults = Object.entries(problem.pointers).map(([pointer, text]) => [pointer.split('/')[2] ?? '', text]);
    const errors = fieldErrors(
      { ...problem, fields: Object.fromEntries(faults) },
      { addTags, removeTags, tier, owner },
    );
    if (errors?.length === faults.length) this.sent.forgetProblem();
    return errors;
  }

  protected async startJob(): Promise<void> {
    const request = this.asked();
    const expectedCount = this.preview()?.count;
    if (request === null || expectedCount === undefined) return;
    const body = { ...request.body, expectedCount };
    await this.sent.sendRequest(async () =>
      this.dialog.close(await this.client.startJob({ ...request, body }, this.requestKey)),
    );
  }

  protected backToForm(): void {
    this.asked.set(null);
    this.preview.set(null);
    this.sent.forgetProblem();
    this.typed.set('');
  }
}
