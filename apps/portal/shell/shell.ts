import { Component, computed, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { CdkMenuModule } from '@angular/cdk/menu';
import { Session } from '@icmp-mon/identity/ui';
import { HEALTH_LOOKS_LIKE } from '@icmp-mon/operations/contract';
import {
  Clock,
  Icon,
  PageTrail,
  type Shortcut,
  Shortcuts,
  Theme,
  Toasts,
  ZoneChoice,
  zoneText,
} from '@icmp-mon/platform/ui-kit';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { StatusGlyph } from '@icmp-mon/status/look';
import { LiveIndicator } from './live-indicator';
import { PLACES } from './places';
import { ScopeChip } from './scope-chip';
import { SearchButton } from './search-button';
import { TruthBand } from './truth-band';
import { TypedAhead } from './typed-ahead';

/** Navigation rail, top bar and the current page. */
@Component({
  selector: 'icm-shell',
  imports: [
    CdkMenuModule,
    Icon,
    LiveIndicator,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    ScopeChip,
    SearchButton,
    StatusGlyph,
    TruthBand,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  protected readonly session = inject(Session);
  protected readonly theme = inject(Theme);
  protected readonly zone = inject(ZoneChoice);
  private readonly clock = inject(Clock);
  protected readonly zoneName = computed(() => zoneText(this.clock.nowMs()));
  private readonly trail = inject(PageTrail);
  /** Breadcrumbs with their links as URL trees, because a link may have a query. */
  protected readonly crumbs = computed(() =>
    this.trail
      .crumbs()
      .map(({ text, link }) => ({ text, link: link === undefined ? null : this.router.parseUrl(link) })),
  );
  protected readonly stream = inject(LiveStream);
  /** The product's health as the server last reported it; `unknown` while the server does not respond. */
  protected readonly health = computed(() => {
    const health = this.stream.health();
    return health === null || this.stream.truth().mood === 'disconnected' ? 'unknown' : health.state;
  });
  protected readonly healthLooks = computed(() => HEALTH_LOOKS_LIKE[this.health()]);

  protected readonly places = PLACES.filter(({ needs }) => needs === null || this.session.may(needs));

  private readonly shortcuts: readonly Shortcut[] = [
    { keys: 'Ctrl+K', label: 'Search pages, targets, agents and actions', run: () => void this.openPalette() },
    ...this.places.flatMap(({ path, text, keys }) =>
      keys === undefined ? [] : { keys, label: `Go to ${text}`, run: () => void this.router.navigateByUrl(path) },
    ),
    { keys: 'z', label: 'Switch between browser time and UTC', run: () => this.zone.toggleZone() },
    { keys: '?', label: 'Show keyboard shortcuts', run: () => void this.showHelp() },
  ];

  constructor() {
    inject(Shortcuts).add(...this.shortcuts);
  }

  protected async openPalette(): Promise<void> {
    const typed = new TypedAhead(document);
    try {
      const { openPalette } = await import('@icmp-mon/palette/ui');
      if (this.dialog.openDialogs.length > 0) return;
      const actions = { showHelp: () => void this.showHelp(), signOut: () => void this.signOut() };
      const { places, shortcuts } = this;
      await openPalette(this.dialog, { places, shortcuts, takeText: () => typed.takeText(), ...actions });
    } catch (failure) {
      console.error('The palette could not be loaded.', failure);
      this.toasts.showFailure('The palette could not be loaded. Reload the page, then try again.');
    } finally {
      typed.takeText();
    }
  }

  protected async showHelp(): Promise<void> {
    const { HelpSheet } = await import('./help-sheet');
    this.dialog.open(HelpSheet, { width: '420px' });
  }

  protected async signOut(): Promise<void> {
    try {
      await this.session.logout();
    } catch (failure) {
      this.toasts.showRefusal('Sign-out failed, you are still signed in.', failure);
    }
  }
}
