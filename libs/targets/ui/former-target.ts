import { Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { Empty, Failure, Icon, InstantPipe, keepLast, readProblem, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { FormerResults } from './former-results';
import { relativesOf, removalText } from './lifetime-text';
import { openAddTarget } from './open-add-target';
import { ambiguityOf } from './several-targets';
import { SeveralVrfs } from './several-vrfs';
import { TargetChanges } from './target-changes';
import { TargetsClient } from './targets.client';

const READ_EVERY_MS = 10_000;
const ADDRESS = /[.:]/;

/** A target that does not exist: what is stored of a removed one, and which target has its address now; or what to do if there was none. */
@Component({
  selector: 'icm-former-target',
  imports: [Empty, Failure, FormerResults, Icon, InstantPipe, RouterLink, SeveralVrfs, TargetChanges],
  templateUrl: './former-target.html',
  styleUrl: './target-body.scss',
})
export class FormerTarget {
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly session = inject(Session);

  /** Id or address. */
  readonly ref = input.required<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  /** Whether it is shown next to the list. */
  readonly inPanel = input(false);

  private readonly read = inject(TargetsClient).readLifetimes(this.ref);
  protected readonly kept = keepLast(this.read, this.ref);
  protected readonly unknown = computed(() => {
    const failure = this.kept.failure();
    const problem = failure === null ? null : readProblem(failure.error);
    return problem?.status === 404 ? problem : null;
  });
  protected readonly ambiguous = computed(() => ambiguityOf(this.kept.failure()));
  protected readonly relatives = computed(() => relativesOf(this.ref(), this.kept.value()?.items ?? []));
  protected readonly removal = computed(() => {
    const asked = this.relatives()?.asked;
    return asked === undefined ? '' : removalText(asked);
  });
  /** The address, as far as it is known. */
  readonly address = computed(() => this.relatives()?.asked.ip ?? this.ref());
  protected readonly isAddress = computed(() => ADDRESS.test(this.ref()));
  /** The address without its last part. */
  protected readonly network = computed(() => this.ref().replace(/[^.:]*$/, ''));
  protected readonly mayAdd = computed(() => this.session.may('targets:write'));

  constructor() {
    // The address may be registered again while the page is shown.
    reloadEvery(this.read, READ_EVERY_MS);
  }

  protected retryRead(): void {
    this.read.reload();
  }

  /** Opens the dialog with the address; afterwards the page of the new target. */
  protected async addTarget(): Promise<void> {
    const added = await openAddTarget(this.dialog, this.isAddress() ? this.ref() : this.address());
    if (added !== undefined && 'target' in added) await this.router.navigate(['/targets', added.target.id]);
  }
}
