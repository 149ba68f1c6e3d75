import {
  Component,
  computed,
  effect,
  type ElementRef,
  inject,
  Injector,
  input,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import { EntityHistory } from '@icmp-mon/audit/look';
import { Session } from '@icmp-mon/identity/ui';
import {
  type Confirmation,
  ConfirmDialog,
  CountPipe,
  countText,
  Failure,
  InstantPipe,
  keepLast,
  PageTrail,
  reloadEvery,
  Toasts,
  whenRendered,
} from '@icmp-mon/platform/ui-kit';
import type { DefineSourceRequest, InventorySource, RunSourceQuery } from '@icmp-mon/targets/contract';
import { SourceForm } from './source-form';
import { SourceRun } from './source-run';
import { conditionText, isRunning, KIND_TEXTS, runTitle, targetsText } from './source-text';
import { SourcesClient } from './sources.client';

const AGAIN_MS = 2_000;

/** Pages `/settings/sources/new` and `/settings/sources/:id`: the definition of a source, its runs, and what a dry run found. */
@Component({
  selector: 'icm-source-page',
  imports: [CountPipe, EntityHistory, Failure, InstantPipe, RouterLink, SourceForm, SourceRun],
  templateUrl: './source-page.html',
  styleUrl: './source.scss',
})
export class SourcePage {
  private readonly client = inject(SourcesClient);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly injector = inject(Injector);
  private readonly editButton = viewChild<ElementRef<HTMLButtonElement>>('edit');
  /** Id of the source; absent for a new one. */
  readonly id = input<string>();

  protected readonly read = this.client.readSource(this.id);
  protected readonly kept = keepLast(this.read, this.id);
  protected readonly runsRead = this.client.listRuns(this.id);
  protected readonly runs = keepLast(this.runsRead, this.id);
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  protected readonly mayManage = computed(() => this.session.may('sources:manage'));
  protected readonly source = computed(() => (this.id() === undefined ? null : (this.kept.value() ?? null)));
  protected readonly isEditing = linkedSignal(() => this.id() === undefined);
  protected readonly isBusy = signal(false);
  protected readonly condition = computed(() => {
    const source = this.source();
    return source === null ? '' : `${KIND_TEXTS[source.kind]}, ${conditionText(source)}`;
  });
  protected readonly isRunning = computed(() => {
    const run = this.source()?.lastRun ?? null;
    return run !== null && isRunning(run);
  });
  protected readonly rows = computed(() =>
    (this.runs.value()?.items ?? []).map((run) => ({ ...run, title: runTitle(run) })),
  );
  protected readonly saveSource = (request: DefineSourceRequest): Promise<void> => this.sendDefinition(request);

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const last = { text: this.id() === undefined ? 'New source' : (this.source()?.name ?? '…') };
      trail.showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Sources', link: '/settings/sources' }, last);
    });
    reloadEvery(this.read, AGAIN_MS);
    reloadEvery(this.runsRead, AGAIN_MS);
  }

  private async sendDefinition(request: DefineSourceRequest): Promise<void> {
    const source = this.source();
    if (source !== null) {
      this.read.set(await this.client.changeSource(source, request));
      this.endEditing();
      this.toasts.done(`Source ${request.name} saved.`);
      return;
    }
    const { id, name } = await this.client.defineSource(request);
    await this.router.navigate(['/settings/sources', id]);
    await this.act(`The dry run of ${name} was not started.`, () => this.client.startRun(id, { dryRun: true }));
  }

  protected async cancelEditing(): Promise<void> {
    if (this.id() === undefined) await this.router.navigate(['/settings/sources']);
    else this.endEditing();
  }

  /** Returns the focus to the button that opened the form. */
  private endEditing(): void {
    this.isEditing.set(false);
    whenRendered(this.injector, () => this.editButton()?.nativeElement.focus());
  }

  protected startRun(query: RunSourceQuery): Promise<void> {
    const id = this.id() ?? '';
    return this.act('The run was not started.', () => this.client.startRun(id, query));
  }

  protected enableSource(source: InventorySource, isEnabled: boolean): Promise<void> {
    return this.act('The source was not changed.', async () => {
      this.read.set(await this.client.changeSource(source, { isEnabled }));
    });
  }

  /** Asks for the confirmation that many targets left, and runs the source with it. */
  protected confirmLeft({ name, left: action }: InventorySource, left: number): void {
    const targets = targetsText(left);
    const effects = { keep: 'they stay', pause: 'they are paused', remove: 'they are removed permanently' };
    const text = `The list of ${name} is read again. If no more than ${targets} left it, ${effects[action]}.`;
    this.askFirst({ title: `Confirm that ${targets} left the list?`, text, action: 'Confirm and run' }, () =>
      this.startRun({ confirmedLeft: left }),
    );
  }

  protected removeSource(source: InventorySource): void {
    const text = `Its targets (${countText(source.targets)}) stay, and no longer belong to a source. Its runs and its token are deleted.`;
    this.askFirst({ title: `Remove the source ${source.name}?`, text, action: 'Remove' }, () =>
      this.act('The source was not removed.', async () => {
        await this.client.removeSource(source);
        this.toasts.done(`Source ${source.name} removed.`);
        await this.router.navigate(['/settings/sources']);
      }),
    );
  }

  private askFirst(data: Confirmation, act: () => Promise<void>): void {
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '440px' });
    closed.afterClosed().subscribe((confirmed) => {
      if (confirmed === true) void act();
    });
  }

  private async act(what: string, request: () => Promise<unknown>): Promise<void> {
    this.isBusy.set(true);
    try {
      await request();
    } catch (failure) {
      this.toasts.showRefusal(what, failure);
    } finally {
      this.isBusy.set(false);
      this.read.reload();
      this.runsRead.reload();
    }
  }
}
