import { Component, computed, input } from '@angular/core';
import { encodeQR } from 'qr';

/** A QR code, drawn in the browser: its text goes to no other server. Black on white in both themes, because scanners expect that. */
@Component({
  selector: 'icm-qr-code',
  template: `
    <svg role="img" [attr.aria-label]="label()" [attr.viewBox]="'0 0 ' + modules().length + ' ' + modules().length">
      <rect width="100%" height="100%" fill="#fff" />
      <path [attr.d]="path()" fill="#000" shape-rendering="crispEdges" />
    </svg>
  `,
  styles: `
    svg {
      display: block;
      width: min(220px, 100%);
      border-radius: 4px;
    }
  `,
})
export class QrCode {
  readonly text = input.required<string>();
  readonly label = input.required<string>();

  protected readonly modules = computed(() => encodeQR(this.text(), 'raw', { border: 4 }));
  protected readonly path = computed(() =>
    this.modules()
      .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
      .join(''),
  );
}
