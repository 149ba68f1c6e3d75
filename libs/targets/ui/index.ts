import type { Type } from '@angular/core';
import type { Routes } from '@angular/router';
import { TARGET_CONSOLE } from './target-console';
import { OPEN_SILENCE, type OpenSilence } from './target-maintenance';

export { openAddTarget } from './open-add-target';
export { TargetsClient } from './targets.client';

/** Pages below `/settings/sources`. */
export const sourcesRoutes: Routes = [
  { path: '', loadComponent: () => import('./source-list').then((page) => page.SourceList) },
  { path: 'new', loadComponent: () => import('./source-page').then((page) => page.SourcePage) },
  { path: ':id', loadComponent: () => import('./source-page').then((page) => page.SourcePage) },
];

/**
 * Pages below `/targets`.
 * @param loadConsole loads the component that requests commands for the target of its input `targetId`
 * @param openSilence opens the dialog that silences a scope
 */
export const targetsRoutes = (loadConsole: () => Promise<Type<unknown>>, openSilence: OpenSilence): Routes => [
  {
    path: '',
    providers: [
      { provide: TARGET_CONSOLE, useValue: loadConsole },
      { provide: OPEN_SILENCE, useValue: openSilence },
    ],
    children: [
      { path: '', loadComponent: () => import('./target-list').then((page) => page.TargetList) },
      { path: 'import', loadComponent: () => import('./import-page').then((page) => page.ImportPage) },
      { path: ':id', loadComponent: () => import('./target-detail').then((page) => page.TargetDetail) },
    ],
  },
];
