import {
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  inject,
  Injector,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import {
  CountPipe,
  Failure,
  newRequestKey,
  PageTrail,
  SentRequest,
  Toasts,
  whenRendered,
} from '@icmp-mon/platform/ui-kit';
import { Subject } from 'rxjs';
import { BulkClient } from './bulk.client';
import { followJob } from './followed-job';
import { ImportClient, type ImportFile } from './import.client';
import { ImportDraft } from './import-draft';
import { ImportForm } from './import-form';
import { ImportLines } from './import-lines';
import { importedText, importTitle } from './import-text';
import { RecentImports } from './recent-imports';

/** `/targets/import?job=`: choose a file or paste one, see its dry run, then import it. The URL has the job that is shown. */
@Component({
  selector: 'icm-import-page',
  imports: [CountPipe, Failure, ImportForm, ImportLines, RecentImports, RouterLink],
  providers: [ImportDraft],
  templateUrl: './import-page.html',
  styleUrl: './import-page.scss',
  host: { '(window:beforeunload)': 'holdWhileSending($event)' },
})
export class ImportPage {
  private readonly client = inject(ImportClient);
  private readonly jobs = inject(BulkClient);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly injector = inject(Injector);
  private readonly session = inject(Session);
  private readonly draft = inject(ImportDraft);
  private readonly sent = new SentRequest();
  private readonly stopped = new Subject<void>();

  /** Id of the job that is shown. */
  readonly job = input<string>();

  private readonly form = viewChild(ImportForm);
  private readonly title = viewChild<ElementRef<HTMLElement>>('title');
  protected readonly mayImport = computed(() => this.session.may('targets:write'));
  protected readonly isBusy = this.sent.isBusy;
  protected readonly problem = this.sent.problem;
  protected readonly followed = followJob(this.job);
  protected readonly shown = this.followed.job;
  protected readonly isDone = this.followed.isDone;
  protected readonly isDryRun = computed(() => this.shown()?.import?.dryRun === true);
  protected readonly heading = computed(() => importTitle(this.shown()));
  protected readonly what = computed(() => {
    const shown = this.shown();
    return shown === null ? '' : importedText(shown);
  });
  /** The file of a dry run, as it was sent; only this page has it. */
  private readonly previewed = signal<{ jobId: string; file: ImportFile } | null>(null);
  /** The file to import after its dry run, which is shown; null if this page does not have it. */
  protected readonly ready = computed(() => {
    const previewed = this.previewed();
    return previewed?.jobId === this.job() ? (previewed?.file ?? null) : null;
  });
  /** Whether the dry run that is shown found something to do. */
  protected readonly mayRun = computed(
    () => this.isDryRun() && this.shown()?.state === 'completed' && (this.shown()?.changed ?? 0) > 0,
  );

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Targets', link: '/targets' }, { text: 'Import' });
    inject(DestroyRef).onDestroy(() => this.stopSending());
  }

  /** Sends the file for a dry run. */
  protected async previewFile(): Promise<void> {
    const content = this.draft.content();
    if (content === null) return;
    await this.sent.sendRequest(async () => {
      const file = { content, format: await this.client.readFormat(content), mode: this.draft.mode() };
      await this.startJob(file, true);
    });
  }

  /** Sends the file of the dry run that is shown again, and imports it. */
  protected async importFile(): Promise<void> {
    const file = this.ready();
    if (file !== null) await this.sent.sendRequest(() => this.startJob(file, false));
  }

  private async startJob(file: ImportFile, dryRun: boolean): Promise<void> {
    const job = await this.client.startImport(file, dryRun, this.stopped);
    if (job === null) return;
    if (dryRun) this.previewed.set({ jobId: job.id, file });
    this.shown.set(job);
    await this.router.navigate([], { queryParams: { job: job.id } });
    whenRendered(this.injector, () => this.title()?.nativeElement.focus());
  }

  /** Stops sending. A file that was not received completely starts no job. */
  protected stopSending(): void {
    this.stopped.next();
  }

  protected holdWhileSending(event: BeforeUnloadEvent): void {
    if (this.isBusy()) event.preventDefault();
  }

  protected forgetProblem(): void {
    this.sent.forgetProblem();
  }

  /** Shows the form again; what was chosen stays. */
  protected async showForm(): Promise<void> {
    this.forgetProblem();
    await this.router.navigate([], { queryParams: {} });
    whenRendered(this.injector, () => this.form()?.focusChoice());
  }

  protected async cancelJob(id: string): Promise<void> {
    try {
      this.shown.set(await this.jobs.cancelJob(id, newRequestKey()));
    } catch (failure) {
      this.toasts.showRefusal('The import was not cancelled.', failure);
    }
  }
}
