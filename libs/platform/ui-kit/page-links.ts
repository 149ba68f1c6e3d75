import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';

/** Links to the first and the next page of a list, whose place is the query parameter `cursor`. */
@Component({
  selector: 'icm-page-links',
  imports: [RouterLink],
  template: `
    <nav [attr.aria-label]="label()">
      @if (cursor()) {
        <a class="button" [routerLink]="[]" [queryParams]="{ cursor: null }" queryParamsHandling="merge">{{
          first()
        }}</a>
      }
      @if (next(); as place) {
        <a class="button" [routerLink]="[]" [queryParams]="{ cursor: place }" queryParamsHandling="merge">{{
          following()
        }}</a>
      }
    </nav>
  `,
  styles: `
    nav {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
  `,
})
export class PageLinks {
  readonly label = input.required<string>();
  /** Place of the shown page; none on the first one. */
  readonly cursor = input.required<string | undefined>();
  /** Place of the next page; null on the last one. */
  readonly next = input.required<string | null>();
  /** Texts of the links. */
  readonly first = input('Newest');
  readonly following = input('Older');
}
