import { Component, computed, input } from '@angular/core';

const PATHS = {
  dashboard: 'M3 12a9 9 0 0 1 18 0M12 12l4-4M3 16h18',
  targets: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 12h.01',
  agents: 'M5 4h14v6H5zM5 14h14v6H5zM8 7h.01M8 17h.01M12 7h4M12 17h4',
  health: 'M3 12h4l2.5-6 4 12 2.5-6h5',
  settings: 'M4 7h10M18 7h2M16 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4M4 17h2M10 17h10M8 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 21c0-4 3.6-6 8-6s8 2 8 6',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 21 21',
  calendar: 'M4 6h16v15H4zM4 11h16M8 3v5M16 3v5',
  mute: 'M6 17V11a6 6 0 0 1 9-5.2M18 11v6M4 17h16M10 20.5h4M4 4l16 16',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4l13 8-13 8z',
  bookmark: 'M6 4h12v16l-6-4.5L6 20z',
  columns: 'M4 5h16v14H4zM9.5 5v14M15 5v14',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14',
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  upload: 'M12 16V4M6 10l6-6 6 6M4 16v4h16v-4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  arrow: 'M5 12h14M13 6l6 6-6 6',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon drawn from an SVG path. It is always next to a text or in a labelled button, so it is hidden from screen readers. */
@Component({
  selector: 'icm-icon',
  template: `
    <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">
      <path
        [attr.d]="path()"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  `,
  styles: ':host { display: inline-flex; flex: none; }',
})
export class Icon {
  readonly name = input.required<IconName>();
  protected readonly path = computed(() => PATHS[this.name()]);
}
