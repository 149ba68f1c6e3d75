import { inject, Injectable, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';

export interface Crumb {
  text: string;
  /** Router link; the last crumb is the page itself and has none. */
  link?: string;
}

/** The breadcrumb of the top bar and the document title. */
@Injectable({ providedIn: 'root' })
export class PageTrail {
  private readonly title = inject(Title);
  private readonly trail = signal<Crumb[]>([]);
  readonly crumbs = this.trail.asReadonly();

  showCrumbs(...crumbs: Crumb[]): void {
    this.trail.set(crumbs);
    this.title.setTitle([...crumbs.map((crumb) => crumb.text).reverse(), 'ICMP-Mon'].join(' · '));
  }
}
