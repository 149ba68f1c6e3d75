import { Component, computed, inject, InjectionToken, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { MaintenanceMark } from '@icmp-mon/maintenance/look';
import { Toasts } from '@icmp-mon/platform/ui-kit';
import type { TargetView } from '@icmp-mon/targets/contract';
import { scopeOfTarget } from './target-scope';

/** Opens the dialog that silences a scope, and loads it before; the app provides it. */
export type OpenSilence = (dialog: MatDialog, scope: string) => Promise<void>;
export const OPEN_SILENCE = new InjectionToken<OpenSilence>('OPEN_SILENCE');

/** Opens the dialog that silences a scope. Call it in an injection context. */
export function silencing(): (scope: string) => void {
  const [open, dialog, toasts] = [inject(OPEN_SILENCE), inject(MatDialog), inject(Toasts)];
  return (scope) => {
    open(dialog, scope).catch((failure: unknown) => {
      console.error('The dialog could not be loaded.', failure);
      toasts.showFailure('The dialog could not be loaded. Reload the page, then try again.');
    });
  };
}

/** The mark of a target that is in maintenance, with a link to the window for users who may read it. */
@Component({
  selector: 'icm-target-maintenance',
  imports: [MaintenanceMark, RouterLink],
  template: `
    @if (target().maintenance; as mark) {
      @if (mayRead()) {
        <a [routerLink]="['/maintenance', windowId()]" data-testid="detail-maintenance">
          <icm-maintenance-mark [mark]="mark" />
        </a>
      } @else {
        <icm-maintenance-mark data-testid="detail-maintenance" [mark]="mark" />
      }
      <span class="quiet about">{{ mark.title }}{{ mark.by === null ? '' : ', by ' + mark.by }}</span>
    }
  `,
  styles: `
    :host {
      display: contents;
    }

    .about {
      overflow-wrap: anywhere;
    }
  `,
})
export class MaintenanceOfTarget {
  private readonly session = inject(Session);
  readonly target = input.required<TargetView>();
  protected readonly mayRead = computed(() => this.session.may('maintenance:read'));
  protected readonly windowId = computed(() => this.target().maintenance?.occurrence.split('@')[0]);
}

/** Button that silences a target, for users who may. */
@Component({
  selector: 'icm-silence-target',
  template: `
    @if (maySilence()) {
      <button type="button" class="button" data-testid="silence-target" (click)="silence(scope())">Silence</button>
    }
  `,
  styles: ':host { display: contents; }',
})
export class SilenceTarget {
  private readonly session = inject(Session);
  protected readonly silence = silencing();
  readonly target = input.required<TargetView>();
  protected readonly maySilence = computed(() => this.session.may('maintenance:operate'));
  protected readonly scope = computed(() => scopeOfTarget(this.target()));
}

/** The mark `icm-target-maintenance` and the button `icm-silence-target`. */
export const TARGET_MAINTENANCE = [MaintenanceOfTarget, SilenceTarget] as const;
