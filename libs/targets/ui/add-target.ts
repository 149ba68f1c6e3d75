import { Component, computed, inject, signal } from '@angular/core';
import { form, FormField, required, submit } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { CountPipe, fieldErrors, newRequestKey, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import {
  type BulkJobDetail,
  type BulkPreview as Preview,
  EXPAND_ADDRESSES_MAX,
  type RegisterTargetRequest,
  type TargetView,
} from '@icmp-mon/targets/contract';
import { BulkPreview } from './bulk-preview';
import { BulkClient, type BulkRequest } from './bulk.client';
import { ScopeNote } from './scope-note';
import { parseTags } from './tag-text';
import { parentsIn } from './parent-text';
import { checkTargetFields, NO_FIELDS, TargetFields } from './target-fields';
import { TargetsClient } from './targets.client';

/** Names of fields in the request for a block. */
const BLOCK_NAMES = { ip: 'cidr', name: 'namePattern' };

/** With what the dialog closes: the new target, or the job that adds the targets of a block. */
export type AddedTargets = { target: TargetView } | { job: BulkJobDetail };

/** Dialog for `POST /targets`, and for `POST /targets:expand` if a block of addresses is entered. */
@Component({
  selector: 'icm-add-target',
  imports: [BulkPreview, CountPipe, FormField, MatDialogModule, RouterLink, ScopeNote, TargetFields],
  templateUrl: './add-target.html',
  styleUrl: './add-target.scss',
})
export class AddTarget {
  private readonly client = inject(TargetsClient);
  private readonly bulk = inject(BulkClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<AddTarget, AddedTargets>>(MatDialogRef);
  /** Idempotency-Key of the request: pressing the button twice registers one target. */
  private requestKey = newRequestKey();
  private sentBody = '';

  protected readonly problem = signal<Problem | null>(null);
  /** Id of the target that already has the address. */
  protected readonly existing = signal<string | null>(null);
  protected readonly target = form(signal({ ...NO_FIELDS, ip: inject<string>(MAT_DIALOG_DATA) }), (path) => {
    required(path.ip, { message: 'Enter an IPv4 or IPv6 address.' });
    checkTargetFields(path);
  });

  /** Whether a block of addresses is entered. */
  protected readonly isBlock = computed(() => this.target.ip().value().includes('/'));
  protected readonly addressesMax = EXPAND_ADDRESSES_MAX;
  /** The request whose dry run is shown. */
  protected readonly asked = signal<BulkRequest | null>(null);
  /** The answer to the dry run of a block. */
  protected readonly preview = signal<Preview | null>(null);

  protected async add(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    this.existing.set(null);
    await submit(this.target, async () => {
      try {
        if (this.isBlock()) await this.addBlock();
        else await this.addOne();
        return undefined;
      } catch (failure) {
        return this.showProblem(readProblem(failure));
      }
    });
  }

  private async addOne(): Promise<void> {
    const target = await this.sendTarget();
    this.toasts.done(`${target.ip} was added. Its first result arrives within one probe interval.`);
    this.dialog.close({ target });
  }

  /** Shows the dry run first, then starts the job. */
  private async addBlock(): Promise<void> {
    const { ip, tier, name, tags } = this.target().value();
    const parsed = parseTags(tags);
    const body: Extract<BulkRequest, { route: 'expand' }>['body'] = { cidr: ip.trim(), tier };
    if ('tags' in parsed && Object.keys(parsed.tags).length > 0) body.tags = parsed.tags;
    if (name.trim() !== '') body.namePattern = name.trim();
    const request = { route: 'expand', body } as const;
    if (this.preview() !== null) return this.dialog.close({ job: await this.bulk.startJob(request, this.requestKey) });
    this.preview.set(await this.bulk.preview(request));
    this.asked.set(request);
    this.requestKey = newRequestKey();
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
    const errors = fieldErrors(
      problem,
      { ip, tier, name, tags, owner, parents, notes },
      this.isBlock() ? BLOCK_NAMES : {},
    );
    if (errors === undefined) this.problem.set(problem);
    return errors;
  }
}
