import { httpResource } from '@angular/common/http';
import { afterRenderEffect, Component, computed, effect, inject, ViewEncapsulation } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { Failure, keepLast, PageTrail } from '@icmp-mon/platform/ui-kit';
import { documentSections } from './document';

/** `/docs/<name>#<heading>`: a document of the product, such as a runbook. The built portal serves its Markdown at `/docs/<name>.md`. */
@Component({
  selector: 'icm-documents-page',
  imports: [Failure, RouterLink],
  templateUrl: './documents-page.html',
  styleUrl: './documents-page.scss',
  // The HTML of a document does not come from a template, so encapsulated styles would not apply to it.
  encapsulation: ViewEncapsulation.None,
  host: { '(click)': 'followLink($event)' },
})
export class DocumentsPage {
  private readonly route = inject(ActivatedRoute);
  private readonly router = inject(Router);
  private readonly trail = inject(PageTrail);
  private readonly segments = toSignal(this.route.url, { initialValue: [] });
  private readonly fragment = toSignal(this.route.fragment, { initialValue: null });

  protected readonly name = computed(() =>
    this.segments()
      .map(({ path }) => path)
      .join('/'),
  );
  protected readonly read = httpResource.text(() =>
    this.name() === '' ? undefined : `/docs/${this.name().split('/').map(encodeURIComponent).join('/')}.md`,
  );
  protected readonly kept = keepLast(this.read, this.name);
  protected readonly sections = computed(() => documentSections(this.kept.value() ?? '', this.name()));
  protected readonly contents = computed(() => this.sections().filter(({ depth }) => depth === 2));

  constructor() {
    effect(() =>
      this.trail.showCrumbs(
        { text: 'Documents', link: '/docs/README' },
        { text: this.sections()[0]?.title || this.name() },
      ),
    );
    afterRenderEffect(() => {
      if (this.sections().length === 0) return;
      const heading = document.getElementById(this.fragment() ?? '');
      heading?.scrollIntoView();
      heading?.focus({ preventScroll: true });
    });
  }

  /** Routes clicks on links inside the document, which the router does not handle itself. */
  protected followLink(event: MouseEvent): void {
    const link =
      event.target instanceof Element
        ? event.target.closest<HTMLAnchorElement>('.document-text a[href^="/docs/"]')
        : null;
    if (link === null || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void this.router.navigateByUrl(link.getAttribute('href') ?? '/');
  }
}
