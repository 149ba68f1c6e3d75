import { computed, effect, inject, Injectable, signal, DOCUMENT } from '@angular/core';

export type ThemeChoice = 'light' | 'dark';
const KEPT_UNDER = 'icmp-mon.theme';

/** Light or dark theme: the user's choice, otherwise the system preference. */
@Injectable({ providedIn: 'root' })
export class Theme {
  private readonly document = inject(DOCUMENT);
  private readonly preference = matchMedia('(prefers-color-scheme: dark)');
  private readonly prefersDark = signal(this.preference.matches);
  private readonly chosen = signal<ThemeChoice | null>(readChoice());

  readonly current = computed<ThemeChoice>(() => this.chosen() ?? (this.prefersDark() ? 'dark' : 'light'));

  constructor() {
    this.preference.addEventListener('change', (event) => this.prefersDark.set(event.matches));
    effect(() => {
      this.document.documentElement.dataset['theme'] = this.current();
    });
  }

  toggleTheme(): void {
    const next = this.current() === 'dark' ? 'light' : 'dark';
    this.chosen.set(next);
    localStorage.setItem(KEPT_UNDER, next);
  }
}

function readChoice(): ThemeChoice | null {
  const kept = localStorage.getItem(KEPT_UNDER);
  return kept === 'light' || kept === 'dark' ? kept : null;
}
