import type { Routes } from '@angular/router';

export { AgentsClient } from './agents.client';

export const agentsRoutes: Routes = [
  { path: '', loadComponent: () => import('./agent-list').then((page) => page.AgentList) },
  { path: ':id', loadComponent: () => import('./agent-detail').then((page) => page.AgentDetail) },
];

/** Page of Settings. */
export const anchorRoutes: Routes = [
  { path: '', loadComponent: () => import('./anchors-page').then((page) => page.AnchorsPage) },
];

/** Page of Settings. */
export const tokenRoutes: Routes = [
  { path: '', loadComponent: () => import('./token-page').then((page) => page.TokenPage) },
];
