import { inject, Injectable } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { Session, SETTINGS_PAGES } from '@icmp-mon/identity/ui';
import { type Shortcut, Shortcuts, Theme, ZoneChoice } from '@icmp-mon/platform/ui-kit';
import { openAddTarget } from '@icmp-mon/targets/ui';
import type { PaletteEntry } from './palette-entries';

/** The portal's shell as the palette uses it. */
export interface PaletteShell {
  /** Pages of the navigation. */
  places: readonly { path: string; text: string; keys?: string }[];
  /** The shell's own shortcuts: they are listed as pages and actions. */
  shortcuts: readonly Shortcut[];
  /** Returns the text that was typed before the palette had the focus. */
  takeText: () => string;
  showHelp: () => void;
  signOut: () => void;
}

type Action = Omit<PaletteEntry, 'id' | 'group'>;

/** Pages and actions of the palette that the user may open. */
@Injectable()
export class PaletteActions {
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly session = inject(Session);
  private readonly shortcuts = inject(Shortcuts);
  private readonly theme = inject(Theme);
  private readonly zone = inject(ZoneChoice);

  listEntries(shell: PaletteShell): PaletteEntry[] {
    return [...this.pages(shell), ...this.actions(shell), ...this.pageActions(shell)];
  }

  openUrl(url: string): void {
    void this.router.navigateByUrl(url);
  }

  private pages({ places }: PaletteShell): PaletteEntry[] {
    const pages = [
      ...places.map(({ path, text, keys }) => ({ path, text, ...(keys !== undefined && { keys }) })),
      ...SETTINGS_PAGES.filter(({ exact, needs }) => !exact && (needs === null || this.session.may(needs))).map(
        ({ path, text, detail }) => ({ path, text: `Settings ▸ ${text}`, detail }),
      ),
      { path: '/docs', text: 'Documents', detail: 'runbooks, how-to' },
    ];
    return pages.map(({ path, ...page }) => ({
      ...{ id: `page ${path}`, group: 'Pages', run: () => this.openUrl(path) },
      ...page,
    }));
  }

  private actions(shell: PaletteShell): PaletteEntry[] {
    const theme = this.theme.current() === 'dark' ? 'light' : 'dark';
    const zone = this.zone.current() === 'utc' ? 'browser time' : 'UTC';
    const may = this.session.permissions();
    const actions: (Action | null)[] = [
      may.has('targets:write')
        ? { text: 'Add target', detail: 'an address or a block to monitor', run: () => void this.addTarget() }
        : null,
      may.has('targets:write')
        ? { text: 'Import targets', detail: 'CSV or NDJSON', run: () => this.openUrl('/targets/import') }
        : null,
      may.has('agents:enrol')
        ? {
            text: 'Add agent',
            detail: 'a vantage point on another machine',
            run: () => this.openUrl('/agents?join=new'),
          }
        : null,
      may.has('tiers:write')
        ? { text: 'New tier', detail: 'a monitoring policy', run: () => this.openUrl('/settings/tiers/new') }
        : null,
      { text: `Switch to ${theme} theme`, run: () => this.theme.toggleTheme() },
      { text: `Switch to ${zone}`, detail: 'time zone', keys: 'z', run: () => this.zone.toggleZone() },
      { text: 'Show keyboard shortcuts', detail: 'help', keys: '?', run: shell.showHelp },
      { text: 'Open the API reference', run: () => void window.open('/api/docs', '_blank', 'noopener') },
      { text: 'Sign out', run: shell.signOut },
    ];
    return actions
      .filter((action) => action !== null)
      .map((action) => ({ ...action, id: `action ${action.text}`, group: 'Actions' }));
  }

  /** Shortcuts of the page behind the palette. */
  private pageActions({ shortcuts }: PaletteShell): PaletteEntry[] {
    return this.shortcuts
      .all()
      .filter((shortcut) => !shortcuts.includes(shortcut))
      .map(({ keys, label, run }) => ({ id: `shortcut ${keys}`, group: 'On this page', text: label, keys, run }));
  }

  private async addTarget(): Promise<void> {
    const added = await openAddTarget(this.dialog);
    if (added === undefined) return;
    this.openUrl('job' in added ? `/targets?job=${added.job.id}` : `/targets/${added.target.id}`);
  }
}
