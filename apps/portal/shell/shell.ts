import { Component, computed, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { CdkMenuModule } from '@angular/cdk/menu';
import { Session } from '@icmp-mon/identity/ui';
import { HEALTH_LOOKS_LIKE } from '@icmp-mon/operations/contract';
import {
  Clock,
  Icon,
  type IconName,
  PageTrail,
  readProblem,
  Shortcuts,
  Theme,
  Toasts,
  ZoneChoice,
  zoneText,
} from '@icmp-mon/platform/ui-kit';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { StatusGlyph } from '@icmp-mon/status/look';
import { LiveIndicator } from './live-indicator';
import { TruthBand } from './truth-band';

interface Place {
  path: string;
  text: string;
  icon: IconName;
  exact: boolean;
}

/** Navigation rail, top bar and the current page. */
@Component({
  selector: 'icm-shell',
  imports: [CdkMenuModule, Icon, LiveIndicator, RouterLink, RouterLinkActive, RouterOutlet, StatusGlyph, TruthBand],
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

  protected readonly places: Place[] = [
    { path: '/', text: 'Dashboard', icon: 'dashboard', exact: true },
    { path: '/targets', text: 'Targets', icon: 'targets', exact: false },
    { path: '/agents', text: 'Agents', icon: 'agents', exact: false },
    { path: '/health', text: 'Health', icon: 'health', exact: false },
  ];

  constructor() {
    inject(Shortcuts).add(
      { keys: 'g d', label: 'Go to Dashboard', run: () => void this.router.navigateByUrl('/') },
      { keys: 'g t', label: 'Go to Targets', run: () => void this.router.navigateByUrl('/targets') },
      { keys: 'g a', label: 'Go to Agents', run: () => void this.router.navigateByUrl('/agents') },
      { keys: 'g h', label: 'Go to Health', run: () => void this.router.navigateByUrl('/health') },
      { keys: 'g s', label: 'Go to Settings', run: () => void this.router.navigateByUrl('/settings') },
      { keys: 'z', label: 'Switch between browser time and UTC', run: () => this.zone.toggleZone() },
      { keys: '?', label: 'Show keyboard shortcuts', run: () => void this.showHelp() },
    );
  }

  protected async showHelp(): Promise<void> {
    const { HelpSheet } = await import('./help-sheet');
    this.dialog.open(HelpSheet, { width: '420px' });
  }

  protected async signOut(): Promise<void> {
    try {
      await this.session.logout();
      await this.router.navigateByUrl('/login');
    } catch (failure) {
      const problem = readProblem(failure);
      this.toasts.showFailure(`Sign-out failed, you are still signed in. ${problem.title}. ${problem.detail}`);
    }
  }
}
